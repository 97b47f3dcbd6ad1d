/** Launch configurations completed without asking. */
import assert from 'node:assert/strict';
import { configurationFor, nearestFirst, withAbsolutePaths } from '../../src/views/launch/configuration';

describe('launch configuration', () => {
  it('an image alone is enough, in either topology', () => {
    assert.deepEqual(configurationFor('/w/hv.elf'), {
      name: 'hv: L1 under L0',
      type: 'turtlescope',
      request: 'launch',
      program: '/w/hv.elf',
    });
    assert.equal(configurationFor('/w/hv.elf', 'bare').topology, 'bare');
  });

  it('relative paths count from the workspace folder', () => {
    const before = {
      program: 'build/hv.elf',
      initrd: 'initrd.img',
      modules: [{ path: 'initrd' }],
      symbols: [{ path: '/abs/l2.elf' }],
      sourceMap: { '/build': 'src' },
      serial: { file: 'com1.txt' },
    };
    assert.deepEqual(withAbsolutePaths(before, '/w'), {
      program: '/w/build/hv.elf',
      initrd: '/w/initrd.img',
      modules: [{ path: '/w/initrd' }],
      symbols: [{ path: '/abs/l2.elf' }],
      sourceMap: { '/build': '/w/src' },
      serial: { file: '/w/com1.txt' },
    });
    assert.equal(before.program, 'build/hv.elf');
  });

  it('what is no path stays for the adapter to complain about', () => {
    const strange = { program: 7, modules: 'x', symbols: [3, null], serial: 'console', sourceMap: [1] };
    assert.deepEqual(withAbsolutePaths(strange, '/w'), strange);
    assert.deepEqual(withAbsolutePaths({ program: '' }, '/w'), { program: '' });
    assert.deepEqual(withAbsolutePaths({}, '/w'), {});
  });

  it('images near the open file come first', () => {
    const images = ['/w/z/a.elf', '/w/b.elf', '/w/z/src/c.elf'];
    assert.deepEqual(nearestFirst(images, '/w/z/src/main.c'), ['/w/z/src/c.elf', '/w/z/a.elf', '/w/b.elf']);
    assert.deepEqual(nearestFirst(images, undefined), ['/w/b.elf', '/w/z/a.elf', '/w/z/src/c.elf']);
  });
});
