import assert from 'node:assert/strict';
import { Random } from '../../support/random';
import { CoreCpu } from './core-cpu';
import { imageDifferences } from './image';
import { DATA_BYTES, IMAGE_BYTES, initialImage, nativeCpu, type Case } from './native-cpu';

/** NOP with random vector registers, and x87 registers on a stack whose top is R3. */
function caseWithImage(): Case & { image: Uint8Array } {
  const random = new Random(87);
  const image = initialImage();
  for (let i = 32; i < IMAGE_BYTES; i++) image[i] = random.below(256);
  for (let i = 0; i < 8; i++) image.fill(0, 42 + i * 16, 48 + i * 16);
  image.fill(0, 416, 512);
  image[3] = 3 << 3;
  image[4] = 0xa5;
  const registers = new Array<bigint>(16).fill(0n);
  return {
    mode: 64,
    start: 0,
    code: Uint8Array.of(0x90),
    registers,
    flags: 0x202n,
    data: new Uint8Array(DATA_BYTES),
    image,
    text: 'nop',
  };
}

describe('x87 and vector registers of a case', () => {
  const one = caseWithImage();

  it('come back from the core as they went in', () => {
    assert.deepEqual(imageDifferences(new CoreCpu().run(one, 10).image, one.image), []);
  });

  it('come back from the host CPU as they went in', function () {
    const native = nativeCpu();
    if (!native) this.skip();
    try {
      assert.deepEqual(imageDifferences(native.run([one])[0]!.image, one.image), []);
    } finally {
      native.close();
    }
  });
});
