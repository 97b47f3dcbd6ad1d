/**
 * Turns functions into generators that report before each statement. This is the whole of the traced build's magic, as a pure
 * function from source text to source text; `traced-l0.ts` runs it over L0.
 *
 * It relies on L0's rules (ARCHITECTURE.md): plain functions over data, no classes with methods, no getters. Arrow
 * functions stay plain, because library callbacks cannot be generators; what they call runs to its end.
 */
import ts from 'typescript';

const f = ts.factory;

/** Helpers the transformed code calls. `frames` is what the debugger reads: innermost last. */
export const RUNTIME = `
export const frames = [];
export function $enter(name, file) {
  const frame = { name, file, line: 0, column: 0, locals: () => ({}) };
  frames.push(frame);
  return frame;
}
export function $leave(frame) {
  frames.length = frames.lastIndexOf(frame);
}
export function $at(frame, line, column, locals) {
  frame.line = line;
  frame.column = column;
  frame.locals = locals;
  return frame;
}
const isRun = (value) => value !== null && typeof value === 'object' && value[Symbol.toStringTag] === 'Generator';
export function* $call(value) {
  return isRun(value) ? yield* value : value;
}
export function $sync(value) {
  if (!isRun(value)) return value;
  for (;;) {
    const step = value.next();
    if (step.done) return step.value;
  }
}
`;

/** Names a declaration binds, destructuring included. */
function bound(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bound(element.name)));
}

/** Names that are initialised once `statement` has run. */
function declares(statement: ts.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap((declaration) => bound(declaration.name));
}

function call(name: string, ...args: ts.Expression[]): ts.CallExpression {
  return f.createCallExpression(f.createIdentifier(name), undefined, args);
}

/** Rewrites one file. `file` is its path below src/l0, which is what the debugger shows. */
function transformer(file: string, lines: Set<number>): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (sourceFile) => {
    /** Are we inside a function that became a generator (and not in an arrow function in it)? */
    let inGenerator = false;

    const position = (node: ts.Node) => sourceFile.getLineAndCharacterOfPosition(node.getStart(sourceFile));

    /** `yield $at($f, line, column, () => ({ ...names }))` */
    const report = (node: ts.Node, names: readonly string[]): ts.Statement => {
      const { line, character } = position(node);
      lines.add(line + 1);
      const locals = f.createObjectLiteralExpression(
        [...new Set(names)].map((name) => f.createShorthandPropertyAssignment(name)),
      );
      const thunk = f.createArrowFunction(
        undefined,
        undefined,
        [],
        undefined,
        f.createToken(ts.SyntaxKind.EqualsGreaterThanToken),
        f.createParenthesizedExpression(locals),
      );
      const at = call(
        '$at',
        f.createIdentifier('$f'),
        f.createNumericLiteral(line + 1),
        f.createNumericLiteral(character + 1),
        thunk,
      );
      return f.createExpressionStatement(f.createYieldExpression(undefined, at));
    };

    /** A statement list with a report before each statement; `names` are the locals initialised before it. */
    const statements = (list: readonly ts.Statement[], names: readonly string[]): ts.Statement[] => {
      const known = [...names];
      return list.flatMap((statement) => {
        const plain =
          ts.isFunctionDeclaration(statement) || ts.isEmptyStatement(statement) || ts.isBlock(statement);
        const result = [...(plain ? [] : [report(statement, known)]), visitStatement(statement, known)];
        known.push(...declares(statement));
        return result;
      });
    };

    const block = (statement: ts.Statement, names: readonly string[]): ts.Block =>
      f.createBlock(statements(ts.isBlock(statement) ? statement.statements : [statement], names), true);

    /** Statements that hold statements get their inner lists reported; all others only have their calls rewritten. */
    const visitStatement = (node: ts.Statement, names: readonly string[]): ts.Statement => {
      const expression = (e: ts.Expression) => ts.visitNode(e, visit) as ts.Expression;
      if (ts.isBlock(node)) return block(node, names);
      if (ts.isIfStatement(node))
        return f.updateIfStatement(
          node,
          expression(node.expression),
          block(node.thenStatement, names),
          node.elseStatement && block(node.elseStatement, names),
        );
      if (ts.isForOfStatement(node)) {
        const loop = ts.isVariableDeclarationList(node.initializer)
          ? node.initializer.declarations.flatMap((d) => bound(d.name))
          : [];
        const body = block(node.statement, [...names, ...loop]);
        return f.updateForOfStatement(
          node,
          node.awaitModifier,
          node.initializer,
          expression(node.expression),
          body,
        );
      }
      if (ts.isForStatement(node)) {
        const loop =
          node.initializer && ts.isVariableDeclarationList(node.initializer)
            ? node.initializer.declarations.flatMap((d) => bound(d.name))
            : [];
        return f.updateForStatement(
          node,
          ts.visitNode(node.initializer, visit) as ts.ForInitializer | undefined,
          node.condition && expression(node.condition),
          node.incrementor && expression(node.incrementor),
          block(node.statement, [...names, ...loop]),
        );
      }
      if (ts.isWhileStatement(node))
        return f.updateWhileStatement(node, expression(node.expression), block(node.statement, names));
      if (ts.isDoStatement(node))
        return f.updateDoStatement(node, block(node.statement, names), expression(node.expression));
      if (ts.isSwitchStatement(node)) {
        const clauses = node.caseBlock.clauses.map((clause) =>
          ts.isCaseClause(clause)
            ? f.updateCaseClause(clause, expression(clause.expression), statements(clause.statements, names))
            : f.updateDefaultClause(clause, statements(clause.statements, names)),
        );
        return f.updateSwitchStatement(
          node,
          expression(node.expression),
          f.updateCaseBlock(node.caseBlock, clauses),
        );
      }
      return ts.visitNode(node, visit) as ts.Statement;
    };

    /** Function declaration -> generator with a frame. */
    const generator = (node: ts.FunctionDeclaration): ts.FunctionDeclaration => {
      const outer = inGenerator;
      inGenerator = true;
      const names = node.parameters.flatMap((parameter) => bound(parameter.name));
      const enter = call(
        '$enter',
        f.createStringLiteral(node.name?.text ?? '(anonymous)'),
        f.createStringLiteral(file),
      );
      const body = f.createBlock(
        [
          f.createVariableStatement(
            undefined,
            f.createVariableDeclarationList(
              [f.createVariableDeclaration('$f', undefined, undefined, enter)],
              ts.NodeFlags.Const,
            ),
          ),
          f.createTryStatement(
            f.createBlock(statements(node.body!.statements, names), true),
            undefined,
            f.createBlock([f.createExpressionStatement(call('$leave', f.createIdentifier('$f')))]),
          ),
        ],
        true,
      );
      inGenerator = outer;
      return f.updateFunctionDeclaration(
        node,
        node.modifiers,
        f.createToken(ts.SyntaxKind.AsteriskToken),
        node.name,
        node.typeParameters,
        node.parameters,
        node.type,
        body,
      );
    };

    const visit = (node: ts.Node): ts.Node => {
      if (ts.isFunctionDeclaration(node) && node.body) return generator(node);
      if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
        const outer = inGenerator;
        inGenerator = false;
        const result = ts.visitEachChild(node, visit, context);
        inGenerator = outer;
        return result;
      }
      if (ts.isCallExpression(node) && node.expression.kind !== ts.SyntaxKind.SuperKeyword) {
        // The inner links of an optional chain stay as they are: wrapping one would end the short circuit there.
        const inner =
          ts.isCallChain(node) && ts.isOptionalChain(node.parent) && node.parent.expression === node;
        const visited = ts.visitEachChild(node, visit, context);
        if (inner) return visited;
        return inGenerator
          ? f.createParenthesizedExpression(
              f.createYieldExpression(f.createToken(ts.SyntaxKind.AsteriskToken), call('$call', visited)),
            )
          : call('$sync', visited);
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(sourceFile, visit, context);
  };
}

export interface TracedSource {
  /** JavaScript (ES modules) that needs the names of RUNTIME in scope. */
  readonly code: string;
  /** Lines with a reported statement, ascending: where a breakpoint can stand. */
  readonly lines: readonly number[];
}

/**
 * @param code TypeScript source
 * @param file the name frames are given
 */
export function tracedSource(code: string, file: string): TracedSource {
  const lines = new Set<number>();
  const { outputText } = ts.transpileModule(code, {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    transformers: { before: [transformer(file, lines)] },
  });
  return { code: outputText, lines: [...lines].sort((a, b) => a - b) };
}
