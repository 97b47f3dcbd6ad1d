/** What a rule of the diagnostics means, as a text that the editor opens when somebody clicks the rule's name. */
import { TextDocumentContentRequest } from 'vscode-languageserver/node';
import { rules, type RuleId } from '../diagnostics/rules';
import type { Session } from './session';

export const RULE_SCHEME = 'turtlescope-rule';

export function ruleUri(rule: RuleId): string {
  return `${RULE_SCHEME}:/${rule}.md`;
}

export function bindRuleTexts({ answering }: Session): void {
  answering.request(TextDocumentContentRequest.type, { text: '' }, (params) => {
    const name = /^[\w-]+:\/*([\w-]+)\.md$/.exec(String(params?.uri))?.[1] ?? '';
    if (!Object.hasOwn(rules, name)) return { text: '' };
    const { title, explanation } = rules[name as RuleId];
    return { text: `# ${title}\n\n${explanation}\n\nRule \`${name}\` of Turtlescope's language server.\n` };
  });
}
