/** The grammars against the rows they come from. What an editor makes of them the workbench's test sees. */
import assert from 'node:assert/strict';
import { grammars } from '../../src/generate/grammars';
import { instructions } from '../../src/isa/instructions';

interface Rule {
  match?: string;
  begin?: string;
  end?: string;
  patterns?: Rule[];
  captures?: Record<string, { name: string }>;
}

const rulesOf = (rule: Rule): Rule[] => [rule, ...(rule.patterns ?? []).flatMap(rulesOf)];
/** JavaScript has no `(?i)` within a pattern. */
const compiled = (pattern: string) =>
  new RegExp(pattern.replace('(?i)', ''), pattern.includes('(?i)') ? 'i' : '');

for (const dialect of ['gas', 'nasm'] as const)
  describe(`grammar of ${dialect}`, () => {
    const rules = grammars[dialect]().patterns.flatMap((rule) => rulesOf(rule as Rule));
    /** Scope of the first word of a line, by the first rule that takes it. */
    const scopeOf = (line: string): string | undefined => {
      const rule = rules.find(({ match }) => match !== undefined && compiled(match).exec(line)?.index === 0);
      return rule?.captures?.[2]?.name;
    };

    it('has patterns that are regular expressions', () => {
      const patterns = rules.flatMap(({ match, begin, end }) => [match, begin, end]);
      for (const pattern of patterns) if (pattern !== undefined) compiled(pattern);
    });

    it('knows every instruction, and VMX instructions by a scope of their own', () => {
      for (const { name, family } of instructions) {
        const scope = scopeOf(`\t${name.toLowerCase()} `);
        assert.equal(scope === 'keyword.control.vmx', family === 'vmx', name);
        assert.notEqual(scope, 'entity.name.function.macro', name);
      }
    });

    it('takes another word in the place of an instruction for a macro, and none for a label', () => {
      assert.equal(scopeOf('\tsave rbx'), 'entity.name.function.macro');
      assert.equal(scopeOf('loop_start:'), undefined);
    });
  });
