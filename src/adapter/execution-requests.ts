/**
 * Requests that make the machine go on, stop or start anew. They answer at once; what comes of them is told by events.
 */
import { INTO_L0, type StepKind } from '../debugger/session';
import type { Context, Handler } from './context';
import { errors } from './errors';

function step(kind: StepKind): Handler {
  return (context, given) => {
    const session = context.runnable;
    const level = context.level(given);
    const byInstruction = given.text('granularity', 'statement') === 'instruction';
    const target = given.has('targetId') ? given.integer('targetId', 0, Number.MAX_SAFE_INTEGER) : undefined;
    session.step(level, kind, byInstruction, target);
    context.forget();
  };
}

export const executionRequests = {
  continue: (context) => {
    context.runnable.continue();
    context.forget();
    return { allThreadsContinued: true };
  },

  reverseContinue: (context) => {
    context.standing.reverseContinue();
    context.forget();
  },

  stepBack: (context, given) => {
    const session = context.standing;
    session.stepBack(context.level(given), given.text('granularity', 'statement') === 'instruction');
    context.forget();
  },

  restartFrame: (context, given) => {
    context.standing.restartFrame(context.frame(given.integer('frameId', 0, Number.MAX_SAFE_INTEGER)));
    context.forget();
  },

  next: step('over'),
  stepIn: step('into'),
  stepOut: step('out'),

  pause: (context) => {
    context.session.pause();
  },

  stepInTargets: (context, given) => {
    const frame = context.frame(given.integer('frameId', 0, Number.MAX_SAFE_INTEGER));
    const text = context.standing.exitingInstruction(frame);
    return {
      targets: text === undefined ? [] : [{ id: INTO_L0, label: `into L0: handle the exit of ${text}` }],
    };
  },

  threads: (context) => {
    const { session } = context;
    // While the machine runs the places are in motion: a level's name is all that stays true.
    const { running } = session;
    return {
      threads: session.threads().map(({ id, level, name }) => ({ id, name: running ? level : name })),
    };
  },

  exceptionInfo: (context, given) => {
    context.level(given);
    if (!context.exception) throw errors.noException();
    const { id, description, details } = context.exception;
    return {
      exceptionId: id,
      description,
      breakMode: 'always',
      // VS Code shows the description, and below it nothing but the "stack trace".
      details: { message: details, typeName: id, stackTrace: details },
    };
  },
} satisfies Record<string, Handler>;

/** Starts the machine after its launch or restart, when all breakpoints are set. */
export function begin(context: Context, stopOnEntry: boolean): void {
  context.ended = false;
  context.forget();
  if (stopOnEntry) context.session.stopOnEntry();
  else context.session.continue();
}
