/**
 * Runs call frame instructions (DWARF5 6.4.2) up to an address: where the frame starts and where registers were saved.
 *
 * Pure: it reads neither memory nor registers. ../unwinder.ts applies the rules.
 */
import type { ByteReader } from '../byte-reader';
import { SymbolError } from '../symbol-error';
import { Cfa } from './constants';
import type { FrameDescription } from './frame-table';

export type RegisterRule =
  | { readonly kind: 'undefined' }
  | { readonly kind: 'same' }
  /** Saved in memory at CFA + offset. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** Is CFA + offset. */
  | { readonly kind: 'valueOffset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** Saved in memory at what the expression computes. */
  | { readonly kind: 'expression'; readonly expression: Uint8Array }
  /** Is what the expression computes. */
  | { readonly kind: 'valueExpression'; readonly expression: Uint8Array };

export type CfaRule =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Uint8Array };

/** How to find the caller from one address. */
export interface FrameRow {
  readonly cfa: CfaRule;
  readonly rules: ReadonlyMap<number, RegisterRule>;
}

interface State {
  cfa: CfaRule;
  rules: Map<number, RegisterRule>;
}

/** The row in force at an inside address. Throws `SymbolError` for damage. */
export function frameRow(description: FrameDescription, address: number): FrameRow {
  const state: State = { cfa: { kind: 'register', register: 0, offset: 0 }, rules: new Map() };
  const { common, instructions } = description;
  run(common.instructions, description, state, new Map(), Infinity);
  run(instructions, description, state, new Map(state.rules), address);
  return state;
}

function run(
  source: ByteReader,
  description: FrameDescription,
  state: State,
  initial: ReadonlyMap<number, RegisterRule>,
  until: number,
): void {
  const r = source.at(source.offset);
  const { codeAlignment, dataAlignment } = description.common;
  const remembered: State[] = [];
  let location = description.start;
  const factored = (value: number) => value * dataAlignment;
  const offset = (register: number, value: number) =>
    state.rules.set(register, { kind: 'offset', offset: value });
  const restore = (register: number) => {
    const rule = initial.get(register);
    if (rule) state.rules.set(register, rule);
    else state.rules.delete(register);
  };
  while (!r.done) {
    const byte = r.u8();
    const operand = byte & 0x3f;
    const opcode = byte & 0xc0 || byte;
    switch (opcode) {
      case Cfa.advanceLoc:
        location += operand * codeAlignment;
        break;
      case Cfa.advanceLoc1:
        location += r.u8() * codeAlignment;
        break;
      case Cfa.advanceLoc2:
        location += r.u16() * codeAlignment;
        break;
      case Cfa.advanceLoc4:
        location += r.u32() * codeAlignment;
        break;
      case Cfa.setLoc:
        location = description.readAddress(r);
        break;
      case Cfa.offset:
        offset(operand, factored(r.uleb()));
        break;
      case Cfa.offsetExtended:
        offset(r.uleb(), factored(r.uleb()));
        break;
      case Cfa.offsetExtendedSf:
        offset(r.uleb(), factored(r.sleb()));
        break;
      case Cfa.gnuNegativeOffsetExtended:
        offset(r.uleb(), -factored(r.uleb()));
        break;
      case Cfa.valOffset:
        state.rules.set(r.uleb(), { kind: 'valueOffset', offset: factored(r.uleb()) });
        break;
      case Cfa.valOffsetSf:
        state.rules.set(r.uleb(), { kind: 'valueOffset', offset: factored(r.sleb()) });
        break;
      case Cfa.restore:
        restore(operand);
        break;
      case Cfa.restoreExtended:
        restore(r.uleb());
        break;
      case Cfa.undefined:
        state.rules.set(r.uleb(), { kind: 'undefined' });
        break;
      case Cfa.sameValue:
        state.rules.set(r.uleb(), { kind: 'same' });
        break;
      case Cfa.register:
        state.rules.set(r.uleb(), { kind: 'register', register: r.uleb() });
        break;
      case Cfa.expression:
        state.rules.set(r.uleb(), { kind: 'expression', expression: r.block(r.uleb()) });
        break;
      case Cfa.valExpression:
        state.rules.set(r.uleb(), { kind: 'valueExpression', expression: r.block(r.uleb()) });
        break;
      case Cfa.rememberState:
        remembered.push({ cfa: state.cfa, rules: new Map(state.rules) });
        break;
      case Cfa.restoreState: {
        const back = remembered.pop();
        if (!back) throw damaged();
        state.cfa = back.cfa;
        state.rules = back.rules;
        break;
      }
      case Cfa.defCfa:
        state.cfa = { kind: 'register', register: r.uleb(), offset: r.uleb() };
        break;
      case Cfa.defCfaSf:
        state.cfa = { kind: 'register', register: r.uleb(), offset: factored(r.sleb()) };
        break;
      case Cfa.defCfaRegister:
        state.cfa = { kind: 'register', register: r.uleb(), offset: cfaOffset(state) };
        break;
      case Cfa.defCfaOffset:
        state.cfa = { kind: 'register', register: cfaRegister(state), offset: r.uleb() };
        break;
      case Cfa.defCfaOffsetSf:
        state.cfa = { kind: 'register', register: cfaRegister(state), offset: factored(r.sleb()) };
        break;
      case Cfa.defCfaExpression:
        state.cfa = { kind: 'expression', expression: r.block(r.uleb()) };
        break;
      case Cfa.gnuArgsSize:
        r.skipLeb();
        break;
      case Cfa.nop:
        break;
      default:
        throw damaged();
    }
    // Rows hold from their location on: one that starts past the address is not in force there.
    if (location > until) return;
  }
}

function cfaOffset(state: State): number {
  return state.cfa.kind === 'register' ? state.cfa.offset : 0;
}

function cfaRegister(state: State): number {
  if (state.cfa.kind !== 'register') throw damaged();
  return state.cfa.register;
}

function damaged(): SymbolError {
  return new SymbolError('The call frame information is damaged; rebuild the program.');
}
