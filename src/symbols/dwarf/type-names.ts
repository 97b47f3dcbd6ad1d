/**
 * Types as C declarations: `const char *`, `int (*)(void *, ...)`, `struct page [4]`.
 *
 * Text only; a type that nests without end is cut with an ellipsis.
 */
import type { DataType } from './data-types';

const MAXIMUM_DEPTH = 24;

/** The type in C notation; `declarator` is what it declares, empty for the bare type. */
export function typeName(type: DataType, declarator = '', depth = 0): string {
  if (depth > MAXIMUM_DEPTH) return '…';
  const name = (text: string) => (declarator === '' ? text : `${text} ${declarator}`);
  switch (type.kind) {
    case 'void':
      return name('void');
    case 'base':
    case 'typedef':
      return name(type.name);
    case 'structure':
      return name(
        type.keyword === 'class' && type.name ? type.name : `${type.keyword} ${type.name ?? '{…}'}`,
      );
    case 'enum':
      return name(`enum ${type.name ?? '{…}'}`);
    case 'qualified': {
      // On a pointer the qualifier belongs behind the star.
      const before = type.target.kind === 'pointer';
      if (before)
        return typeName(
          type.target,
          declarator === '' ? type.qualifier : `${type.qualifier} ${declarator}`,
          depth + 1,
        );
      return `${type.qualifier} ${typeName(type.target, declarator, depth + 1)}`;
    }
    case 'pointer': {
      // `const *` reads as C writes it: a space only after a word.
      const inner = `${type.sign}${declarator}`;
      const target = type.target;
      const wrap = target.kind === 'function' || target.kind === 'array';
      return typeName(target, wrap ? `(${inner})` : inner, depth + 1);
    }
    case 'array': {
      const suffix = type.counts.map((count) => `[${count ?? ''}]`).join('');
      return typeName(type.element, declarator === '' ? suffix : `${declarator}${suffix}`, depth + 1);
    }
    case 'function': {
      const parameters = type.parameters.map((p) => typeName(p, '', depth + 1));
      if (type.variadic) parameters.push('...');
      return typeName(type.result, `${declarator}(${parameters.join(', ') || 'void'})`, depth + 1);
    }
  }
}
