/**
 * Holds messages against the protocol's own declarations: debugProtocol.d.ts, which its authors generate from the JSON schema. A
 * property that the declarations do not know is a fault too, except where we say that it is ours.
 */
import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import ts from 'typescript';

/** Attributes of ours in bodies of the protocol: columns that `additionalModuleColumns` announces. */
const OURS = new Set(['Module.level']);

interface Shape {
  readonly type: ts.TypeNode;
  readonly optional: boolean;
}

const declared = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();

function read(): void {
  const path = require.resolve('@vscode/debugprotocol/lib/debugProtocol.d.ts');
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      declared.set(node.name.text, node);
    else ts.forEachChild(node, visit);
  };
  visit(file);
}

read();

/** What is wrong with a message from an adapter, a line each; empty when it is as the protocol says. */
export function faultsOf(message: DebugProtocol.ProtocolMessage): string[] {
  if (message.type === 'event') {
    const { event } = message as DebugProtocol.Event;
    return event.startsWith('turtlescope/') ? [] : faults(message, named(event, 'Event'), event);
  }
  const { command, success } = message as DebugProtocol.Response;
  if (message.type !== 'response') return [`${message.type}: an adapter sends responses and events`];
  const known = declared.has(typeName(command, 'Response'));
  if (!success) return faults(message, 'ErrorResponse', `${command} (refused)`);
  return known ? faults(message, named(command, 'Response'), command) : [];
}

function typeName(name: string, kind: 'Event' | 'Response'): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}${kind}`;
}

function named(name: string, kind: 'Event' | 'Response'): string {
  const type = typeName(name, kind);
  return declared.has(type) ? type : kind;
}

function faults(value: unknown, type: string, path: string): string[] {
  const declaration = declared.get(type);
  if (!declared.has(type)) return [`${path}: the protocol has no ${type}`];
  if (ts.isTypeAliasDeclaration(declaration!)) return check(value, declaration.type, path);
  return object(value, membersOf(type), path, type);
}

function membersOf(type: string): Map<string, Shape> {
  const declaration = declared.get(type) as ts.InterfaceDeclaration;
  const members = new Map<string, Shape>();
  for (const base of declaration.heritageClauses?.flatMap((clause) => clause.types) ?? [])
    for (const [name, shape] of membersOf((base.expression as ts.Identifier).text)) members.set(name, shape);
  for (const [name, shape] of literal(declaration.members)) members.set(name, shape);
  return members;
}

function literal(members: ts.NodeArray<ts.TypeElement>): Map<string, Shape> {
  const found = new Map<string, Shape>();
  for (const member of members)
    if (ts.isPropertySignature(member))
      found.set((member.name as ts.Identifier).text, {
        type: member.type!,
        optional: member.questionToken !== undefined,
      });
  return found;
}

function object(value: unknown, members: Map<string, Shape>, path: string, type: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no object`];
  const given = value as Record<string, unknown>;
  const found = Object.keys(given)
    .filter((name) => given[name] !== undefined && !members.has(name) && !OURS.has(`${type}.${name}`))
    .map((name) => `${path}.${name}: unknown to the protocol`);
  for (const [name, { type: wanted, optional }] of members) {
    if (given[name] === undefined) {
      if (!optional && wanted.kind !== ts.SyntaxKind.AnyKeyword) found.push(`${path}.${name}: missing`);
    } else found.push(...check(given[name], wanted, `${path}.${name}`));
  }
  return found;
}

function check(value: unknown, type: ts.TypeNode, path: string): string[] {
  const is = (kind: string) =>
    typeof value === kind ? [] : [`${path}: ${JSON.stringify(value)} is no ${kind}`];
  const { kind } = type;
  if (kind === ts.SyntaxKind.AnyKeyword) return [];
  if (kind === ts.SyntaxKind.StringKeyword) return is('string');
  if (kind === ts.SyntaxKind.BooleanKeyword) return is('boolean');
  if (kind === ts.SyntaxKind.NumberKeyword)
    return Number.isFinite(value) ? [] : [`${path}: ${JSON.stringify(value)} is no number`];
  if (ts.isUnionTypeNode(type)) {
    const all = type.types.map((one) => check(value, one, path));
    return all.find((one) => one.length === 0) ?? all[0]!;
  }
  if (ts.isLiteralTypeNode(type)) {
    const wanted = ts.isStringLiteral(type.literal) ? type.literal.text : null;
    return value === wanted ? [] : [`${path}: ${JSON.stringify(value)} is not ${JSON.stringify(wanted)}`];
  }
  if (ts.isArrayTypeNode(type))
    return Array.isArray(value)
      ? value.flatMap((item, index) => check(item, type.elementType, `${path}[${index}]`))
      : [`${path}: no list`];
  if (ts.isTypeLiteralNode(type))
    return type.members.some(ts.isIndexSignatureDeclaration)
      ? []
      : object(value, literal(type.members), path, '');
  if (ts.isTypeReferenceNode(type)) return faults(value, (type.typeName as ts.Identifier).text, path);
  if (ts.isParenthesizedTypeNode(type)) return check(value, type.type, path);
  throw new Error(`${path}: a type of the declarations that nobody reads here: ${ts.SyntaxKind[type.kind]}`);
}
