/** The board's time: order of alarms and what a snapshot may not change about it. */
import assert from 'node:assert/strict';
import { EventQueue } from '../../src/platform/event-queue';

describe('event queue', () => {
  it('fires alarms in order of time, with now() at the alarm', () => {
    const queue = new EventQueue();
    const clock = queue.clock();
    const fired: [string, number][] = [];
    clock.schedule(30, () => fired.push(['late', clock.now()]));
    clock.schedule(10, () => fired.push(['early', clock.now()]));
    queue.runUntil(50);
    assert.deepEqual(fired, [
      ['early', 10],
      ['late', 30],
    ]);
    assert.equal(queue.now(), 50);
  });

  it('fires alarms of the same tick in the order their clocks were made, not scheduled', () => {
    const queue = new EventQueue();
    const [first, second] = [queue.clock(), queue.clock()];
    const fired: string[] = [];
    second.schedule(10, () => fired.push('second'));
    first.schedule(10, () => fired.push('first'));
    queue.runUntil(10);
    assert.deepEqual(fired, ['first', 'second']);
  });

  it('does not fire a cancelled alarm, nor what is not due', () => {
    const queue = new EventQueue();
    const clock = queue.clock();
    const fired: number[] = [];
    clock.schedule(10, () => fired.push(10)).cancel();
    clock.schedule(11, () => fired.push(11));
    queue.runUntil(10);
    assert.deepEqual(fired, []);
    assert.equal(queue.nextEventAt(), 11);
  });

  it('moves an alarm that is already past to the next tick, so that a device cannot hang the board', () => {
    const queue = new EventQueue();
    const clock = queue.clock();
    let count = 0;
    const again = () => {
      count++;
      clock.schedule(0, again);
    };
    clock.schedule(0, again);
    queue.runUntil(5);
    assert.equal(count, 5);
    assert.equal(queue.nextEventAt(), 6);
  });

  it('never lets time go back', () => {
    const queue = new EventQueue();
    queue.runUntil(100);
    queue.runUntil(50);
    assert.equal(queue.now(), 100);
  });
});
