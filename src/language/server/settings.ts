/** Settings as a client sends them: anything may be missing or of a wrong type, and then has its default. */
import { defaultLanguageSettings, type LanguageSettings } from '../../protocol/language-requests';

export function settingsOf(given: unknown): LanguageSettings {
  const object = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const flag = (name: 'diagnostics' | 'inlayHints'): boolean => {
    const value = object[name];
    return typeof value === 'boolean' ? value : defaultLanguageSettings[name];
  };
  const { includePaths } = object;
  return {
    diagnostics: flag('diagnostics'),
    inlayHints: flag('inlayHints'),
    includePaths: Array.isArray(includePaths)
      ? includePaths.filter((path): path is string => typeof path === 'string')
      : defaultLanguageSettings.includePaths,
  };
}
