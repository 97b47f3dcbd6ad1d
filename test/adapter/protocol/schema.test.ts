/** The validator of messages itself: what it must find, or every proof with it is empty. */
import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { faultsOf } from './schema';

function response(command: string, body: unknown, success = true): DebugProtocol.ProtocolMessage {
  return { seq: 1, type: 'response', request_seq: 1, success, command, body } as DebugProtocol.Response;
}

describe('adapter: the protocol as declared', () => {
  it('takes what is right', () => {
    assert.deepEqual(faultsOf(response('threads', { threads: [{ id: 1, name: 'L0' }] })), []);
    assert.deepEqual(faultsOf(response('dataBreakpointInfo', { dataId: null, description: 'x' })), []);
    assert.deepEqual(faultsOf(response('goto', undefined)), []);
  });

  for (const [what, message, fault] of [
    [
      'a missing property',
      response('threads', { threads: [{ id: 1 }] }),
      'threads.body.threads[0].name: missing',
    ],
    [
      'a wrong type',
      response('threads', { threads: [{ id: '1', name: '' }] }),
      'threads.body.threads[0].id: "1" is no number',
    ],
    [
      'NaN',
      response('threads', { threads: [{ id: NaN, name: '' }] }),
      'threads.body.threads[0].id: null is no number',
    ],
    [
      'a word of no list',
      response('exceptionInfo', { exceptionId: '', breakMode: 'often' }),
      'exceptionInfo.body.breakMode: "often" is not "never"',
    ],
    [
      'a property nobody knows',
      response('threads', { threads: [], more: 1 }),
      'threads.body.more: unknown to the protocol',
    ],
    ['no body', response('threads', undefined), 'threads.body: missing'],
    ['an error without a body', response('threads', undefined, false), 'threads (refused).body: missing'],
  ] as const)
    it(`finds ${what}`, () => assert.ok(faultsOf(message).includes(fault), faultsOf(message).join('\n')));
});
