/** Threads of a workgroup of the kernels that need no other thread. */
export const WORKGROUP = 64;
/** Values that one thread takes on, and partial moments that one thread merges: few enough that float32 sums keep their digits. */
export const SHARE = 64;
/** Threads of a workgroup whose threads work together. */
export const TEAM = 256;
/** Values of a group that one thread of a team takes on: enough to be worth a partial result, few enough that float32 sums keep their digits. */
export const TEAM_SHARE = 64;
/** Parts of a group up to which one team merges them all; more would be too much for so few threads. */
export const TEAM_PARTS = 1 << 14;
/** Values of a group up to which one thread (or subgroup) takes its moments and normalizes it in the same pass. */
export const FUSED = 256;

export type KernelName =
  | 'moments'
  | 'merge'
  | 'coefficients'
  | 'normalize'
  | 'fused'
  | 'fusedBySubgroup'
  | 'momentsOfFour'
  | 'finish'
  | 'normalizeFour';

/**
 * The kernels, in WGSL. Those for any device have no barrier, for which devices in software pay dearly:
 *
 * - `moments`: a thread for each part of a group, moments of its values; parts interleave, so that neighbours read neighbours
 * - `merge`, again and again: moments of up to SHARE parts into one, until a group has one
 * - `coefficients`: shift and scale of each group from its moments
 * - `normalize`: the same threads as `moments`
 * - `fused`: all of it in one pass over groups of up to FUSED values
 *
 * Those for a GPU, whose threads work together:
 *
 * - `momentsOfFour`, `normalizeFour`: where groups lie side by side and four divides them, a thread takes four at once, 16 bytes a load and
 *   eight loads in flight; a team of threads, a stretch of rows, and makes one partial result of it. Normalization goes backwards, so that it
 *   finds the last values that were read still in the cache
 * - `finish`: all parts of a group merged by a team, and its shift and scale
 * - `fusedBySubgroup`: `fused` with a subgroup a group
 *
 * Values come and go as bits: a shading language need not know NaN, so a missing value is told by its bits and never computed with.
 * Moments are taken about the first value or the mean so far, never about zero: a flat series has a variance of exactly 0.
 */
export function kernelSource({ teams, subgroups }: { teams: boolean; subgroups: boolean }): string {
  return `${subgroups ? 'enable subgroups;\n' : ''}${COMMON}${teams ? BY_TEAM : ''}${subgroups ? BY_SUBGROUP : ''}`;
}

const COMMON = /* wgsl */ `
// A group has a stretch of one value in each row, or longer ones.
override INNER_IS_ONE: bool = true;
// Gamma and beta are the same for all values of a group, which has the channel of its index.
override CHANNEL_OF_GROUP: bool = true;
override MASKED: bool = false;
// With gamma and beta.
override AFFINE: bool = false;
// A missing value becomes beta instead of NaN.
override MISSING_IS_CENTER: bool = false;

struct Params {
  rows: u32,
  groups: u32,
  inner: u32,
  // of a group: rows x inner
  items: u32,
  // of the whole batch: outer x groups
  allGroups: u32,
  parts: u32,
  channels: u32,
  channelInner: u32,
  // what merge reads and writes, by group
  partsIn: u32,
  partsOut: u32,
  // how teams divide the batch: four groups are a quad
  quads: u32,
  teamQuads: u32,
  teamLanes: u32,
  teamRows: u32,
}

struct Moments {
  count: u32,
  mean: f32,
  m2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> values: array<u32>;
// four to a word
@group(0) @binding(2) var<storage, read> mask: array<u32>;
// count, bits of mean, bits of m2, 0
@group(0) @binding(3) var<storage, read> partialsIn: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> partialsOut: array<vec4u>;
@group(0) @binding(5) var<storage, read> epsilons: array<f32>;
// shift, scale, offset, 1 or 0 where the outputs are NaN
@group(0) @binding(6) var<storage, read> coefficientsIn: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> coefficientsOut: array<vec4f>;
// gamma, beta
@group(0) @binding(8) var<storage, read> channelTable: array<vec2f>;
@group(0) @binding(9) var<storage, read_write> outputs: array<u32>;

const NAN_BITS = 0x7fc00000u;

// Dispatches have two dimensions where one would be too long.
fn threadIndex(workgroup: vec3u, workgroups: vec3u, local: u32) -> u32 {
  return (workgroup.y * workgroups.x + workgroup.x) * ${WORKGROUP}u + local;
}

fn startOf(q: u32) -> u32 {
  let o = q / params.groups;
  return (o * params.rows * params.groups + (q - o * params.groups)) * params.inner;
}

// Where item j of a group lies behind its start.
fn stepTo(j: u32) -> u32 {
  if (INNER_IS_ONE) { return j * params.groups; }
  let row = j / params.inner;
  return row * params.groups * params.inner + (j - row * params.inner);
}

// Value and weight of item j; nothing behind the last.
fn item(start: u32, j: u32) -> vec2f {
  if (j >= params.items) { return vec2f(); }
  let k = start + stepTo(j);
  let bits = values[k];
  var taken = (bits & 0x7fffffffu) < 0x7f800000u;
  if (MASKED) { taken = taken && ((mask[k >> 2u] >> ((k & 3u) * 8u)) & 0xffu) != 0u; }
  if (!taken) { return vec2f(); }
  return vec2f(bitcast<f32>(bits), 1.0);
}

// Eight items more, about the mean so far, or the first of them where there is none.
fn absorb(m: Moments, start: u32, first: u32, step: u32) -> Moments {
  let a = item(start, first);
  let b = item(start, first + step);
  let c = item(start, first + step * 2u);
  let d = item(start, first + step * 3u);
  let e = item(start, first + step * 4u);
  let f = item(start, first + step * 5u);
  let g = item(start, first + step * 6u);
  let h = item(start, first + step * 7u);
  let w0 = vec4f(a.y, b.y, c.y, d.y);
  let w1 = vec4f(e.y, f.y, g.y, h.y);
  let more = dot(w0, vec4f(1.0)) + dot(w1, vec4f(1.0));
  if (more == 0.0) { return m; }
  var about = m.mean;
  if (m.count == 0u) {
    about = select(h.x, g.x, g.y > 0.0);
    about = select(about, f.x, f.y > 0.0);
    about = select(about, e.x, e.y > 0.0);
    about = select(about, d.x, d.y > 0.0);
    about = select(about, c.x, c.y > 0.0);
    about = select(about, b.x, b.y > 0.0);
    about = select(about, a.x, a.y > 0.0);
  }
  let d0 = (vec4f(a.x, b.x, c.x, d.x) - about) * w0;
  let d1 = (vec4f(e.x, f.x, g.x, h.x) - about) * w1;
  let delta = (dot(d0, vec4f(1.0)) + dot(d1, vec4f(1.0))) / more;
  let r0 = (d0 - delta) * w0;
  let r1 = (d1 - delta) * w1;
  let before = f32(m.count);
  let share = more / (before + more);
  return Moments(
    m.count + u32(more),
    about + delta * share,
    m.m2 + dot(r0, r0) + dot(r1, r1) + delta * delta * before * share,
  );
}

// Chan, Golub and LeVeque (1983).
fn merged(a: Moments, b: Moments) -> Moments {
  if (b.count == 0u) { return a; }
  if (a.count == 0u) { return b; }
  let count = a.count + b.count;
  let delta = b.mean - a.mean;
  let share = f32(b.count) / f32(count);
  return Moments(count, a.mean + delta * share, a.m2 + b.m2 + delta * delta * f32(a.count) * share);
}

fn momentsOf(start: u32, part: u32, parts: u32) -> Moments {
  var m = Moments(0u, 0.0, 0.0);
  for (var j = part; j < params.items; j += parts * 8u) { m = absorb(m, start, j, parts); }
  return m;
}

fn packed(m: Moments) -> vec4u { return vec4u(m.count, bitcast<u32>(m.mean), bitcast<u32>(m.m2), 0u); }
fn unpacked(p: vec4u) -> Moments { return Moments(p.x, bitcast<f32>(p.y), bitcast<f32>(p.z)); }

// A flat group has the scale 0, unless epsilon gives it one; a group of nothing has none.
fn coefficientsOf(m: Moments, epsilon: f32) -> vec4f {
  if (m.count == 0u) { return vec4f(); }
  let square = m.m2 / f32(m.count) + epsilon;
  return vec4f(m.mean, select(0.0, 1.0 / sqrt(max(square, 1e-38)), square > 0.0), 0.0, 1.0);
}

fn normalizeItem(k: u32, c: vec4f, q: u32) {
  let bits = values[k];
  let there = (bits & 0x7fffffffu) < 0x7f800000u;
  var gammaBeta = vec2f(1.0, 0.0);
  if (AFFINE) {
    if (CHANNEL_OF_GROUP) { gammaBeta = channelTable[q % params.groups]; }
    else { gammaBeta = channelTable[(k / params.channelInner) % params.channels]; }
  }
  let residual = bitcast<f32>(select(0u, bits, there));
  let y = ((residual - c.x) * c.y + c.z) * gammaBeta.x + gammaBeta.y;
  var result = bitcast<u32>(y);
  if (!there) {
    if (MISSING_IS_CENTER) { result = bitcast<u32>(gammaBeta.y); } else { result = NAN_BITS; }
  }
  if (c.w == 0.0) { result = NAN_BITS; }
  outputs[k] = result;
}

struct Place { q: u32, part: u32 }

// Neighbours read neighbours: by group where a group has one value in a row, else by part.
fn placeOf(t: u32) -> Place {
  if (INNER_IS_ONE) {
    let o = t / (params.parts * params.groups);
    let rest = t - o * params.parts * params.groups;
    let part = rest / params.groups;
    return Place(o * params.groups + (rest - part * params.groups), part);
  }
  let q = t / params.parts;
  return Place(q, t - q * params.parts);
}

@compute @workgroup_size(${WORKGROUP})
fn moments(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let t = threadIndex(w, n, l);
  if (t >= params.allGroups * params.parts) { return; }
  let place = placeOf(t);
  partialsOut[place.part * params.allGroups + place.q] = packed(momentsOf(startOf(place.q), place.part, params.parts));
}

@compute @workgroup_size(${WORKGROUP})
fn merge(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let t = threadIndex(w, n, l);
  if (t >= params.allGroups * params.partsOut) { return; }
  let partOut = t / params.allGroups;
  let q = t - partOut * params.allGroups;
  let first = partOut * ${SHARE}u;
  let end = min(first + ${SHARE}u, params.partsIn);
  var m = unpacked(partialsIn[first * params.allGroups + q]);
  for (var i = first + 1u; i < end; i++) { m = merged(m, unpacked(partialsIn[i * params.allGroups + q])); }
  partialsOut[t] = packed(m);
}

@compute @workgroup_size(${WORKGROUP})
fn coefficients(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let q = threadIndex(w, n, l);
  if (q >= params.allGroups) { return; }
  coefficientsOut[q] = coefficientsOf(unpacked(partialsIn[q]), epsilons[q]);
}

@compute @workgroup_size(${WORKGROUP})
fn normalize(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let t = threadIndex(w, n, l);
  if (t >= params.allGroups * params.parts) { return; }
  let place = placeOf(t);
  let start = startOf(place.q);
  let c = coefficientsIn[place.q];
  for (var j = place.part; j < params.items; j += params.parts) { normalizeItem(start + stepTo(j), c, place.q); }
}

@compute @workgroup_size(${WORKGROUP})
fn fused(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let q = threadIndex(w, n, l);
  if (q >= params.allGroups) { return; }
  let start = startOf(q);
  let m = momentsOf(start, 0u, 1u);
  let c = coefficientsOf(m, epsilons[q]);
  partialsOut[q] = packed(m);
  for (var j = 0u; j < params.items; j++) { normalizeItem(start + stepTo(j), c, q); }
}
`;

const BY_TEAM = /* wgsl */ `
// The same values and outputs, four at a time.
@group(0) @binding(1) var<storage, read> valuesByFour: array<vec4u>;
@group(0) @binding(9) var<storage, read_write> outputsByFour: array<vec4u>;

// Moments of four groups.
struct Quad {
  count: vec4f,
  mean: vec4f,
  m2: vec4f,
}

var<workgroup> quadsOfTeam: array<Quad, ${TEAM}>;
var<workgroup> momentsOfTeam: array<Moments, ${TEAM}>;

// What a thread of a team takes on: rows first, first + step, ... before end, of quad 'quad' of batch 'o'.
struct Stretch { o: u32, part: u32, quad: u32, first: u32, end: u32, step: u32, base: u32, isThere: bool }

fn stretchOf(team: u32, local: u32) -> Stretch {
  let blocks = (params.quads + params.teamQuads - 1u) / params.teamQuads;
  let perBatch = blocks * params.parts;
  let o = team / perBatch;
  let rest = team - o * perBatch;
  let part = rest / blocks;
  let lane = local / params.teamQuads;
  let quad = (rest - part * blocks) * params.teamQuads + (local - lane * params.teamQuads);
  let first = part * params.teamRows;
  let isThere = lane < params.teamLanes && quad < params.quads && o * params.groups < params.allGroups;
  let end = min(first + params.teamRows, params.rows);
  return Stretch(o, part, quad, first + lane, end, params.teamLanes, o * params.rows * params.quads + quad, isThere);
}

fn areThere(bits: vec4u, k: u32) -> vec4<bool> {
  let there = (bits & vec4u(0x7fffffffu)) < vec4u(0x7f800000u);
  if (!MASKED) { return there; }
  let m = mask[k];
  return there & ((vec4u(m, m >> 8u, m >> 16u, m >> 24u) & vec4u(0xffu)) != vec4u());
}

fn absorbOne(m: Quad, bits: vec4u, k: u32) -> Quad {
  let there = areThere(bits, k);
  let weight = select(vec4f(), vec4f(1.0), there);
  let delta = select(vec4f(), bitcast<vec4f>(bits) - m.mean, there);
  let count = m.count + weight;
  let share = weight / max(count, vec4f(1.0));
  return Quad(count, m.mean + delta * share, m.m2 + delta * delta * m.count * share);
}

// Eight of each group, none missing. Their sum is taken in pairs, so that equal values have exactly their mean.
fn absorbEight(
  m: Quad, a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f,
) -> Quad {
  let mean = (((a + b) + (c + d)) + ((e + f) + (g + h))) * 0.125;
  let ra = a - mean;
  let rb = b - mean;
  let rc = c - mean;
  let rd = d - mean;
  let re = e - mean;
  let rf = f - mean;
  let rg = g - mean;
  let rh = h - mean;
  let m2 = ((ra * ra + rb * rb) + (rc * rc + rd * rd)) + ((re * re + rf * rf) + (rg * rg + rh * rh));
  let count = m.count + 8.0;
  let share = 8.0 / count;
  let delta = mean - m.mean;
  return Quad(count, m.mean + delta * share, m.m2 + m2 + delta * delta * m.count * share);
}

fn largestOf(v: vec4u) -> u32 { return max(max(v.x, v.y), max(v.z, v.w)); }

fn mergedQuads(a: Quad, b: Quad) -> Quad {
  let count = a.count + b.count;
  let share = b.count / max(count, vec4f(1.0));
  let delta = b.mean - a.mean;
  return Quad(count, a.mean + delta * share, a.m2 + b.m2 + delta * delta * a.count * share);
}

@compute @workgroup_size(${TEAM})
fn momentsOfFour(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let s = stretchOf(w.y * n.x + w.x, l);
  var m = Quad(vec4f(), vec4f(), vec4f());
  if (s.isThere) {
    var row = s.first;
    let step = s.step * params.quads;
    for (; row + 7u * s.step < s.end; row += 8u * s.step) {
      let k = s.base + row * params.quads;
      let a = valuesByFour[k];
      let b = valuesByFour[k + step];
      let c = valuesByFour[k + step * 2u];
      let d = valuesByFour[k + step * 3u];
      let e = valuesByFour[k + step * 4u];
      let f = valuesByFour[k + step * 5u];
      let g = valuesByFour[k + step * 6u];
      let h = valuesByFour[k + step * 7u];
      let all = vec4u(0x7fffffffu);
      let largest = max(max(max(a & all, b & all), max(c & all, d & all)), max(max(e & all, f & all), max(g & all, h & all)));
      if (!MASKED && largestOf(largest) < 0x7f800000u) {
        m = absorbEight(m, bitcast<vec4f>(a), bitcast<vec4f>(b), bitcast<vec4f>(c), bitcast<vec4f>(d),
          bitcast<vec4f>(e), bitcast<vec4f>(f), bitcast<vec4f>(g), bitcast<vec4f>(h));
      } else {
        m = absorbOne(m, a, k);
        m = absorbOne(m, b, k + step);
        m = absorbOne(m, c, k + step * 2u);
        m = absorbOne(m, d, k + step * 3u);
        m = absorbOne(m, e, k + step * 4u);
        m = absorbOne(m, f, k + step * 5u);
        m = absorbOne(m, g, k + step * 6u);
        m = absorbOne(m, h, k + step * 7u);
      }
    }
    for (; row < s.end; row += s.step) {
      let k = s.base + row * params.quads;
      m = absorbOne(m, valuesByFour[k], k);
    }
  }
  quadsOfTeam[l] = m;
  for (var lanes = params.teamLanes; lanes > 1u; ) {
    let half = (lanes + 1u) / 2u;
    workgroupBarrier();
    if (l < (lanes - half) * params.teamQuads) {
      quadsOfTeam[l] = mergedQuads(quadsOfTeam[l], quadsOfTeam[l + half * params.teamQuads]);
    }
    lanes = half;
  }
  if (l < params.teamQuads && s.isThere) {
    let all = quadsOfTeam[l];
    let at = s.part * params.allGroups + s.o * params.groups + s.quad * 4u;
    partialsOut[at] = packed(Moments(u32(all.count.x), all.mean.x, all.m2.x));
    partialsOut[at + 1u] = packed(Moments(u32(all.count.y), all.mean.y, all.m2.y));
    partialsOut[at + 2u] = packed(Moments(u32(all.count.z), all.mean.z, all.m2.z));
    partialsOut[at + 3u] = packed(Moments(u32(all.count.w), all.mean.w, all.m2.w));
  }
}

@compute @workgroup_size(${TEAM})
fn finish(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  // Teams beyond the last group do the last one's work, and write the same.
  let q = min(w.y * n.x + w.x, params.allGroups - 1u);
  var m = Moments(0u, 0.0, 0.0);
  for (var i = l; i < params.partsIn; i += ${TEAM}u) { m = merged(m, unpacked(partialsIn[i * params.allGroups + q])); }
  momentsOfTeam[l] = m;
  for (var half = ${TEAM / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (l < half) { momentsOfTeam[l] = merged(momentsOfTeam[l], momentsOfTeam[l + half]); }
  }
  if (l == 0u) {
    let all = momentsOfTeam[0];
    partialsOut[q] = packed(all);
    coefficientsOut[q] = coefficientsOf(all, epsilons[q]);
  }
}

// Four coefficients each of four groups, turned so that one expression does for all four.
struct QuadScaling { shift: vec4f, scale: vec4f, offset: vec4f, isKnown: vec4<bool>, gamma: vec4f, beta: vec4f }

fn normalizedFour(bits: vec4u, c: QuadScaling) -> vec4u {
  let there = (bits & vec4u(0x7fffffffu)) < vec4u(0x7f800000u);
  let residual = bitcast<vec4f>(select(vec4u(), bits, there));
  var y = (residual - c.shift) * c.scale + c.offset;
  if (AFFINE) { y = y * c.gamma + c.beta; }
  var otherwise = vec4u(NAN_BITS);
  if (MISSING_IS_CENTER) { otherwise = bitcast<vec4u>(c.beta); }
  return select(vec4u(NAN_BITS), select(otherwise, bitcast<vec4u>(y), there), c.isKnown);
}

@compute @workgroup_size(${TEAM})
fn normalizeFour(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let blocks = (params.quads + params.teamQuads - 1u) / params.teamQuads;
  let teams = (params.allGroups / params.groups) * blocks * params.parts;
  let team = w.y * n.x + w.x;
  if (team >= teams) { return; }
  let s = stretchOf(teams - 1u - team, l);
  if (!s.isThere || s.first >= s.end) { return; }
  let q = s.o * params.groups + s.quad * 4u;
  let c0 = coefficientsIn[q];
  let c1 = coefficientsIn[q + 1u];
  let c2 = coefficientsIn[q + 2u];
  let c3 = coefficientsIn[q + 3u];
  var c = QuadScaling(
    vec4f(c0.x, c1.x, c2.x, c3.x),
    vec4f(c0.y, c1.y, c2.y, c3.y),
    vec4f(c0.z, c1.z, c2.z, c3.z),
    vec4f(c0.w, c1.w, c2.w, c3.w) != vec4f(),
    vec4f(1.0),
    vec4f(),
  );
  if (AFFINE) {
    let g0 = channelTable[s.quad * 4u];
    let g1 = channelTable[s.quad * 4u + 1u];
    let g2 = channelTable[s.quad * 4u + 2u];
    let g3 = channelTable[s.quad * 4u + 3u];
    c.gamma = vec4f(g0.x, g1.x, g2.x, g3.x);
    c.beta = vec4f(g0.y, g1.y, g2.y, g3.y);
  }
  // The last rows first.
  let step = s.step * params.quads;
  let mine = (s.end - s.first + s.step - 1u) / s.step;
  var left = mine;
  for (; left >= 4u; left -= 4u) {
    let k = s.base + (s.first + (left - 4u) * s.step) * params.quads;
    let a = valuesByFour[k];
    let b = valuesByFour[k + step];
    let d = valuesByFour[k + step * 2u];
    let e = valuesByFour[k + step * 3u];
    outputsByFour[k] = normalizedFour(a, c);
    outputsByFour[k + step] = normalizedFour(b, c);
    outputsByFour[k + step * 2u] = normalizedFour(d, c);
    outputsByFour[k + step * 3u] = normalizedFour(e, c);
  }
  for (; left > 0u; left--) {
    let k = s.base + (s.first + (left - 1u) * s.step) * params.quads;
    outputsByFour[k] = normalizedFour(valuesByFour[k], c);
  }
}
`;

/** A workgroup is one subgroup where the device has one size only; elsewhere each subgroup of it does the same work, and writes the same. */
const BY_SUBGROUP = /* wgsl */ `
override SUBGROUP: u32 = 32u;

// All lanes' moments in one, in every lane: first the mean, then what the lanes' means add to m2.
fn mergedAcross(m: Moments) -> Moments {
  let count = subgroupAdd(m.count);
  // About the mean of a lane that has one, so that equal means stay equal.
  let about = subgroupMax(select(-3.4e38, m.mean, m.count > 0u));
  let n = f32(m.count);
  let delta = select(0.0, m.mean - about, m.count > 0u);
  let meanDelta = subgroupAdd(delta * n) / max(f32(count), 1.0);
  let rest = delta - meanDelta;
  let m2 = subgroupAdd(m.m2 + n * rest * rest);
  return Moments(count, select(0.0, about + meanDelta, count > 0u), m2);
}

@compute @workgroup_size(SUBGROUP)
fn fusedBySubgroup(
  @builtin(workgroup_id) w: vec3u,
  @builtin(num_workgroups) n: vec3u,
  @builtin(subgroup_size) lanes: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let q = min(w.y * n.x + w.x, params.allGroups - 1u);
  let start = startOf(q);
  let all = mergedAcross(momentsOf(start, lane, lanes));
  let c = coefficientsOf(all, epsilons[q]);
  if (lane == 0u) { partialsOut[q] = packed(all); }
  for (var j = lane; j < params.items; j += lanes) { normalizeItem(start + stepTo(j), c, q); }
}
`;
