/** Threads of a workgroup of the kernels that need no other thread. */
export const WORKGROUP = 64;
/** Values that one thread takes on, and partial moments that one thread merges: few enough that float32 sums keep their digits. */
export const SHARE = 64;
/** Parts of a group up to which one subgroup merges them all; more would be too much for so few threads. */
export const SUBGROUP_PARTS = 1024;
/** Values of a group up to which one thread (or subgroup) takes its moments and normalizes it in the same pass. */
export const FUSED = 256;

export type KernelName =
  | 'moments'
  | 'merge'
  | 'coefficients'
  | 'normalize'
  | 'fused'
  | 'mergeBySubgroup'
  | 'fusedBySubgroup';

/**
 * The kernels, in WGSL. None has a barrier: devices in software pay dearly for those, and others do as well without.
 *
 * - `moments`: a thread for each part of a group, moments of its values; parts interleave, so that neighbours read neighbours
 * - `merge`, again and again: moments of up to SHARE parts into one, until a group has one
 * - `mergeBySubgroup`: the same for all parts that are left, by one subgroup a group
 * - `coefficients`: shift and scale of each group from its moments
 * - `normalize`: the same threads as `moments`
 * - `fused`, `fusedBySubgroup`: all of it in one pass over groups of up to FUSED values
 *
 * Values come and go as bits: a shading language need not know NaN, so a missing value is told by its bits and never computed with.
 * Moments are taken about the first value or the mean so far, never about zero: a flat series has a variance of exactly 0.
 */
export function kernelSource(subgroups: boolean): string {
  return `${subgroups ? 'enable subgroups;\n' : ''}${COMMON}${subgroups ? BY_SUBGROUP : ''}`;
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

/** A workgroup is one subgroup where the device has one size only; elsewhere each subgroup of it does the same work, and writes the same. */
const BY_SUBGROUP = /* wgsl */ `
override SUBGROUP: u32 = 32u;

fn groupIndex(workgroup: vec3u, workgroups: vec3u) -> u32 { return workgroup.y * workgroups.x + workgroup.x; }

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
fn mergeBySubgroup(
  @builtin(workgroup_id) w: vec3u,
  @builtin(num_workgroups) n: vec3u,
  @builtin(subgroup_size) lanes: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let q = min(groupIndex(w, n), params.allGroups - 1u);
  var m = Moments(0u, 0.0, 0.0);
  for (var i = lane; i < params.partsIn; i += lanes) { m = merged(m, unpacked(partialsIn[i * params.allGroups + q])); }
  let all = mergedAcross(m);
  if (lane == 0u) { partialsOut[q] = packed(all); }
}

@compute @workgroup_size(SUBGROUP)
fn fusedBySubgroup(
  @builtin(workgroup_id) w: vec3u,
  @builtin(num_workgroups) n: vec3u,
  @builtin(subgroup_size) lanes: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let q = min(groupIndex(w, n), params.allGroups - 1u);
  let start = startOf(q);
  let all = mergedAcross(momentsOf(start, lane, lanes));
  let c = coefficientsOf(all, epsilons[q]);
  if (lane == 0u) { partialsOut[q] = packed(all); }
  for (var j = lane; j < params.items; j += lanes) { normalizeItem(start + stepTo(j), c, q); }
}
`;
