/**
 * Our own requests: what the views draw. All decoding is the debugger's; here arguments are read and bodies are put together.
 */
import { writeFileSync } from 'node:fs';
import { addressOf } from '../debugger/console/walk';
import { checkEntry } from '../debugger/decode/check-entry';
import { eventInFlight } from '../debugger/decode/event-in-flight';
import { timelineItem, timelineItems } from '../debugger/decode/timeline';
import { walkAddress } from '../debugger/decode/walk';
import { evaluate, evaluatedText } from '../debugger/expression/evaluator';
import { levelPicture } from '../debugger/levels/level-picture';
import { offer } from '../debugger/breakpoints/data-breakpoint';
import { threadId } from '../debugger/threads';
import type { Inspection } from '../debugger/inspection';
import { missingChecks } from '../debugger/implemented-rows';
import { errorCode } from '../host/node-host';
import type { CustomCommand, ResponseBody } from '../protocol/custom-requests';
import { walkAccesses } from '../protocol/address-walk';
import { inputSources } from '../protocol/people';
import type { Context } from './context';
import { targetFor } from './data-breakpoint-requests';
import { numberFrom } from './data-requests';
import { past } from './past';
import { errors } from './errors';
import { evaluation } from './evaluation';
import type { RequestArguments } from './request-arguments';

const MAXIMUM = Number.MAX_SAFE_INTEGER;
const MOST_ITEMS = 5000;
const MOST_COLUMNS = 8192;

type CustomHandlers = {
  readonly [C in Exclude<CustomCommand, 'turtlescope/fork'>]: (
    context: Context,
    given: RequestArguments,
  ) => ResponseBody<C> | Promise<ResponseBody<C>>;
};

export const customRequests: CustomHandlers = {
  'turtlescope/vmcs': (context, given) => {
    const session = context.standing;
    const known = given.has('known') ? given.integer('known', 0, MAXIMUM) : undefined;
    return context.vmcs.answer(session.inspect(context.level(given)), given.text('filter', ''), known);
  },

  'turtlescope/setVmcsField': (context, given) => {
    const session = context.standing;
    const target = `${given.text('vmcs')}.${given.text('field')}`;
    const scope = session.scope(session.ground.guest);
    const value = numberFrom(context, given.text('value'));
    const done = evaluate(`${target} = ${value}`, scope);
    if ('error' in done) throw errors.notPossible(done.error);
    context.refresh();
    context.client.send('invalidated', { areas: ['variables', 'stacks'] });
    context.client.send('turtlescope/changed', { reason: 'edit' });
    return { value: evaluatedText(done.result) };
  },

  'turtlescope/timeline': (context, given) => {
    const { session } = context;
    const { log } = session.machine;
    const items = timelineItems(wholeRun(context), {
      after: given.has('after') ? given.integer('after', -1, MAXIMUM) : undefined,
      before: given.has('before') ? given.integer('before', 0, MAXIMUM) : undefined,
      limit: given.has('limit') ? given.integer('limit', 0, MOST_ITEMS) : undefined,
      filter: given.optionalText('filter'),
    });
    return {
      items,
      total: log.known,
      dropped: log.whole.oldest,
      kept: session.history !== undefined,
      ...(session.history?.inPast && { made: log.total }),
      ...(log.known === 0 && { empty: 'Nothing has happened between the levels yet.' }),
    };
  },

  'turtlescope/timelineItem': (context, given) => {
    const index = given.integer('index', 0, MAXIMUM);
    const item = timelineItem(wholeRun(context), index);
    if (!item)
      throw errors.notPossible(`There is no record ${index}: the oldest ones are dropped after a while.`);
    return item;
  },

  'turtlescope/levels': (context, given) =>
    levelPicture(wholeRun(context), {
      scale: given.oneOf('scale', ['events', 'instructions']),
      from: given.has('from') ? given.integer('from', 0, MAXIMUM) : undefined,
      to: given.has('to') ? given.integer('to', 0, MAXIMUM) : undefined,
      columns: given.integer('columns', 1, MOST_COLUMNS),
    }),

  'turtlescope/goTo': (context, given) => {
    const session = context.standing;
    if (given.has('record')) session.goToRecord(given.integer('record', 0, MAXIMUM));
    else if (given.has('origin')) session.goToOrigin(given.integer('origin', 0, MAXIMUM));
    else if (given.has('lastWriteOf')) {
      const watched = targetFor(context, given, given.text('lastWriteOf'));
      if ('problem' in watched) throw errors.notPossible(watched.problem);
      session.goToLastWrite(offer(watched, '').dataId);
    } else if (given.has('instructions')) {
      session.goToInstruction(given.integer('instructions', 0, MAXIMUM));
    } else if (given.has('bookmark')) {
      const bookmark = session.bookmarks.find(given.integer('bookmark', 0, MAXIMUM));
      if (!bookmark)
        throw errors.notPossible('There is no such bookmark: its future was dropped, or it was removed.');
      session.goToMoment(bookmark.moment, bookmark.name);
    } else session.goToPresent();
    context.forget();
    context.client.send('continued', { threadId: threadId(session.currentLevel), allThreadsContinued: true });
    return {};
  },

  'turtlescope/past': (context) => past(context),

  'turtlescope/bookmark': (context, given) => {
    const { bookmarks, machine } = context.standing;
    if (given.has('remove')) bookmarks.remove(given.integer('remove', 0, MAXIMUM));
    else bookmarks.add(given.text('name'), machine.now(), machine.log.total);
    context.client.send('turtlescope/changed', { reason: 'edit' });
    return past(context);
  },

  'turtlescope/saveRecording': (context, given) => {
    void context.standing;
    const path = given.text('path');
    const bytes = context.recording({ embed: given.flag('embed') });
    try {
      writeFileSync(path, bytes);
    } catch (error) {
      throw errors.notPossible(`${path} cannot be written (${errorCode(error)}): choose another place.`);
    }
    return { bytes: bytes.length };
  },

  'turtlescope/origin': async (context, given) => {
    const session = context.standing;
    if (given.has('row')) return { rows: [...(await session.originBelow(given.integer('row', 0, MAXIMUM)))] };
    const target = targetFor(context, given, given.text('of'));
    if ('problem' in target) throw errors.notPossible(target.problem);
    return { rows: [session.originOf(target)] };
  },

  'turtlescope/eventInFlight': (context, given) =>
    eventInFlight(context.standing.inspect(context.level(given))),

  'turtlescope/walk': (context, given) => {
    const { scope } = evaluation(context, given);
    const asked = addressOf(scope, given.text('expression'));
    if ('error' in asked) throw errors.notPossible(asked.error);
    const access = given.has('access') ? given.oneOf('access', walkAccesses) : 'read';
    return walkAddress(context.standing.machine, asked, access);
  },

  'turtlescope/input': (context, given) => {
    const [source, bytes] = [given.oneOf('source', inputSources), given.bytes('bytes')] as const;
    // Nobody is there any more to take it, and that is no error: a key that ends the guest is released after its end.
    if (!context.ended) context.session.input(source, bytes);
    return {};
  },

  'turtlescope/checkEntry': (context) => {
    const session = context.standing;
    const missing = missingChecks();
    const { checked, ...result } = checkEntry(session.inspect(session.currentLevel));
    return { ...result, checked: Math.max(0, checked - missing.length), notImplemented: missing.length };
  },
};

/** As the level in front sees it, with the records of the whole run, its future included. */
function wholeRun({ session }: Context): Inspection {
  return { ...session.inspect(session.currentLevel), log: session.machine.log.whole };
}
