/**
 * Diagnostics as the client wants them: pulled when it asks, or pushed a moment after the last key. What is sent belongs to the
 * document's version as it is then; nothing is computed ahead.
 */
import {
  DiagnosticSeverity,
  DocumentDiagnosticRequest,
  type Diagnostic,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { diagnose } from '../diagnostics/diagnose';
import type { Finding } from '../diagnostics/finding';
import type { OpenDocument } from '../workspace/open-document';
import { ruleUri } from './rule-texts';
import { documentOf, type Session } from './session';
import { Settling } from './settling';

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
} satisfies Record<Finding['severity'], DiagnosticSeverity>;

export class Diagnostics {
  private readonly settling: Settling;
  /** Rises when something beside the text of a document has changed what is found in it. */
  private surroundings = 0;

  constructor(private readonly session: Session) {
    this.settling = new Settling(session.answering);
    session.answering.request(DocumentDiagnosticRequest.type, { kind: 'full', items: [] }, (params) => {
      const document = documentOf(session, params);
      if (!document) return { kind: 'full', items: [] };
      return this.report(document, params?.previousResultId);
    });
  }

  /** A document changed, or (undefined) something that all may depend on. */
  changed(uri: string | undefined): void {
    const { abilities, workspace } = this.session;
    if (uri === undefined) this.surroundings++;
    if (!abilities.pullsDiagnostics) {
      const uris = uri === undefined ? [...workspace.documents].map((document) => document.uri) : [uri];
      for (const each of uris) this.settling.later(each, () => this.push(each));
    } else if (uri === undefined && abilities.refreshesDiagnostics)
      this.settling.later('', () => this.session.connection.languages.diagnostics.refresh());
  }

  private report(document: OpenDocument, previous: string | undefined): DocumentDiagnosticReport {
    const resultId = `${document.version}.${this.surroundings}`;
    if (resultId === previous) return { kind: 'unchanged', resultId };
    return { kind: 'full', resultId, items: this.diagnostics(document) };
  }

  private async push(uri: string): Promise<void> {
    const document = this.session.workspace.document(uri);
    const diagnostics = document ? this.diagnostics(document) : [];
    await this.session.connection.sendDiagnostics({
      uri,
      ...(document && { version: document.version }),
      diagnostics,
    });
  }

  private diagnostics(document: OpenDocument): Diagnostic[] {
    if (!this.session.settings.diagnostics) return [];
    const linked = this.session.abilities.opensOurTexts;
    return diagnose(document.file).map(({ range, severity, rule, message }) => ({
      range,
      severity: severities[severity],
      source: 'turtlescope',
      code: rule,
      ...(linked && { codeDescription: { href: ruleUri(rule) } }),
      message,
    }));
  }
}
