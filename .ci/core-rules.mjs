/**
 * Rules for src/core that no linter has, because they are about hardware: a bit of a register, descriptor, table entry or
 * event word has a name in src/isa, and an exception has its vector's. Reads syntax only: the core is AssemblyScript, so no
 * type of TypeScript's is known.
 */

/** Calls that answer a word of bits: registers, control words, VMCS fields, capabilities. */
const WORD_CALLS = new Set([
  'get32',
  'get64',
  'vm16',
  'vm32',
  'vm64',
  'pin',
  'proc',
  'proc2',
  'rflags',
  'capability',
]);

/** Names by which the core calls such a word. */
const WORD_NAMES =
  /^(access|rights|flags|rflags|image|cr0|cr3|cr4|efer|dr6|dr7|entry|pde|pte|pdpte|eptp|info|error|controls|capabilities|blocking|interruptibility|pending|activity)$/i;

/** Fields of linear memory that hold one: `State.CR0`, `Segment.ACCESS`. */
const WORD_FIELDS =
  /^(State\.(RFLAGS|CR[0348]|DR[67]|EFER|XCR0|INTERRUPTIBILITY|PENDING_DEBUG|MSR_\w+|SIPI|MXCSR|FPU_\w+|PKRU)|Segment\.ACCESS)$/;

/** A whole byte, word or double word: a width, not a bit. */
const WIDTHS = new Set([0xff, 0xffff, 0xffffffff]);

/** Where a literal names a vector. */
const RAISING = new Set(['raise', 'raisePlain', 'refuse']);

function withoutCasts(node) {
  while (node.type === 'TSTypeAssertion' || node.type === 'TSAsExpression') node = node.expression;
  return node;
}

function literalOf(node) {
  const inner = withoutCasts(node);
  if (inner.type === 'UnaryExpression' && inner.operator === '~') return literalOf(inner.argument);
  return inner.type === 'Literal' && typeof inner.value === 'number' ? inner.value : undefined;
}

/** True when the expression is a word of bits, or such a word moved or masked. */
function isWord(node, source) {
  const inner = withoutCasts(node);
  switch (inner.type) {
    case 'Identifier':
      return WORD_NAMES.test(inner.name);
    case 'CallExpression': {
      const callee = inner.callee.type === 'Identifier' ? inner.callee.name : '';
      if (callee === 'load') return inner.arguments.some((argument) => hasWordField(argument, source));
      if (callee === 'get32' || callee === 'get64')
        return inner.arguments.some((argument) => hasWordField(argument, source));
      return WORD_CALLS.has(callee);
    }
    case 'BinaryExpression':
      return '&|^>><<>>>'.includes(inner.operator) && isWord(inner.left, source);
    default:
      return false;
  }
}

function isBitOfNumber(node) {
  const inner = withoutCasts(node);
  return inner.type === 'BinaryExpression' && inner.operator === '>>' && literalOf(inner.right) === undefined;
}

function hasWordField(node, source) {
  const inner = withoutCasts(node);
  if (inner.type === 'BinaryExpression')
    return hasWordField(inner.left, source) || hasWordField(inner.right, source);
  return inner.type === 'MemberExpression' && WORD_FIELDS.test(source.getText(inner));
}

const literalBits = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      bit: 'A bit of a register, descriptor, entry or event word is typed here: give it its name from src/isa (core/gen).',
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      BinaryExpression(node) {
        if (!['&', '|', '^'].includes(node.operator)) return;
        for (const [one, other] of [
          [node.left, node.right],
          [node.right, node.left],
        ]) {
          const literal = literalOf(one);
          if (literal === undefined || literal === 0 || WIDTHS.has(literal)) continue;
          // Bit `number` of a bitmap.
          if (literal === 1 && isBitOfNumber(other)) continue;
          if (isWord(other, source)) context.report({ node, messageId: 'bit' });
        }
      },
    };
  },
};

const namedVector = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { vector: 'An exception is raised by number: say Vector and its mnemonic.' },
  },
  create(context) {
    return {
      CallExpression(node) {
        if (node.callee.type !== 'Identifier' || !RAISING.has(node.callee.name)) return;
        const [vector] = node.arguments;
        if (vector && literalOf(vector) !== undefined) context.report({ node, messageId: 'vector' });
      },
    };
  },
};

export default { rules: { 'literal-bits': literalBits, 'named-vector': namedVector } };
