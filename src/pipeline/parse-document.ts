import { Composer, type Document, isAlias, isMap, isPair, isScalar, Lexer, type Node, Parser, visit } from 'yaml';

/** A fault of a text, by its offset in it. */
export interface TextFault {
  offset: number;
  message: string;
}

/** Characters: more than any configuration has, less than what hurts. */
const LARGEST = 1 << 17;

/** Collections in each other. What composes the document recurses, so the depth is counted before. */
const DEEPEST = 64;

/** Each is one more walk through what it stands for. */
const MOST_ALIASES = 100;

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', '<<']);

/**
 * One document of YAML 1.2 made of nothing but collections, text, numbers, booleans and null; every key is text, as it is written.
 *
 * Hostile text costs no more than its length: it is refused before it is composed when it is too long, too deep, several documents
 * or has a directive, and afterwards when an alias repeats aliases, a key is doubled or reaches for a prototype.
 * @param onNewLine told where each line starts
 */
export function parseDocument(
  text: string,
  onNewLine: (offset: number) => void,
): { document: Document.Parsed; faults: readonly TextFault[] } | { document?: never; faults: readonly TextFault[] } {
  if (text.length > LARGEST)
    return { faults: [{ offset: 0, message: `must be at most ${LARGEST} characters, got ${text.length}` }] };
  const tokens = [];
  const parser = new Parser(onNewLine);
  onNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      const fault = faultOf(token, tokens.at(-1)?.type);
      if (fault !== undefined)
        return { faults: [{ offset: token.offset, message: fault + quotingHint(text, token.offset) }] };
      tokens.push(token);
    }
    if (parser.stack.length > DEEPEST)
      return { faults: [{ offset: parser.offset, message: `must be nested at most ${DEEPEST} deep` }] };
  }
  tokens.push(...parser.end());
  // Keys are compared below: the composer compares each with each.
  const [document, second] = new Composer({ version: '1.2', uniqueKeys: false }).compose(tokens, true, text.length);
  if (second) return { faults: [{ offset: second.range[0], message: 'must be one document, got several' }] };
  const syntax = [...document!.errors, ...document!.warnings].map(({ pos, message }) => ({
    offset: pos[0],
    message: message + quotingHint(text, pos[0]),
  }));
  return { document: document!, faults: syntax.length > 0 ? syntax : structureFaults(document!) };
}

function faultOf(token: { type: string; message?: string }, before: string | undefined): string | undefined {
  if (token.type === 'error') return token.message ?? 'is not YAML';
  if (token.type === 'directive') return 'must be YAML 1.2 without directives';
  if (token.type === 'document' && before === 'document') return 'must be one document, got several';
  return undefined;
}

/** `{` ends plain text inside flow collections: the commonest slip with `${…}`. */
function quotingHint(text: string, offset: number): string {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /(?:^|[\s,[{:])\$\{/.test(before) ? `; inside { } and [ ] put \${…} in quotes` : '';
}

function structureFaults(document: Document): TextFault[] {
  const faults: TextFault[] = [];
  const fault = (node: unknown, message: string) => {
    faults.push({ offset: (node as Node | null)?.range?.[0] ?? 0, message });
  };
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, {
    Node(_, node, ancestors) {
      if (isAlias(node)) {
        aliases++;
        if (aliases === MOST_ALIASES + 1) fault(node, `must have at most ${MOST_ALIASES} aliases`);
        if (!anchors.has(node.source)) fault(node, `*${node.source} must name an anchor that stands before it`);
        if (ancestors.some((around) => (around as { anchor?: string }).anchor !== undefined))
          fault(node, `*${node.source} must not stand inside what an anchor names`);
      } else if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) checkKeys(node.items, fault);
    },
  });
  return faults;
}

function checkKeys(pairs: readonly unknown[], fault: (node: unknown, message: string) => void): void {
  const seen = new Set<string>();
  for (const pair of pairs) {
    const key = isPair(pair) ? pair.key : undefined;
    if (!isScalar(key)) {
      fault(key, 'a key must be text');
      continue;
    }
    // A field may be called 007 or null.
    if (typeof key.value !== 'string') key.value = key.source ?? String(key.value);
    const name = key.value as string;
    if (FORBIDDEN_KEYS.has(name)) fault(key, `${name} must not be a key`);
    if (seen.has(name)) fault(key, `${name}: must stand once, got it again`);
    seen.add(name);
  }
}
