// Hints and fences: without caches and with one access at a time there is nothing to do.
import { Next } from '../uop';

export function execNop(): i32 {
  return Next.DONE;
}
