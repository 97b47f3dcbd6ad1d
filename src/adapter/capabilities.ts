/**
 * What this adapter can do, as it answers `initialize`. VS Code reads filters from here and nowhere else. Only what works is
 * named.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EVERY_WRITE } from '../debugger/breakpoints/data-breakpoint';
import { CONDITION_HELP, exceptionFilters } from '../debugger/exception-filters';

export const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsInstructionBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: exceptionFilters.map(({ id, label, description, enabledByDefault }) => ({
    filter: id,
    label,
    description,
    default: enabledByDefault,
    supportsCondition: true,
    conditionDescription: CONDITION_HELP,
  })),
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsSetExpression: true,
  supportsClipboardContext: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['.', '$'],
  supportsStepBack: true,
  supportsSteppingGranularity: true,
  supportsStepInTargetsRequest: true,
  supportsRestartRequest: true,
  supportsRestartFrame: true,
  supportsTerminateRequest: true,
  supportTerminateDebuggee: true,
  supportsDelayedStackTraceLoading: true,
  supportsReadMemoryRequest: true,
  supportsWriteMemoryRequest: true,
  supportsDataBreakpoints: true,
  supportsDataBreakpointBytes: true,
  breakpointModes: [
    {
      mode: EVERY_WRITE,
      label: 'Every write',
      description: 'Stop at writes of the value that is there already, too.',
      appliesTo: ['data'],
    },
  ],
  supportsGotoTargetsRequest: true,
  supportsCancelRequest: true,
  supportsValueFormattingOptions: true,
  supportsDisassembleRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsModulesRequest: true,
  additionalModuleColumns: [{ attributeName: 'level', label: 'Level', type: 'string' }],
};
