// Root or non-root: the one question every hook begins with.
import { State } from '../../abi/state-block';
import { get32 } from '../state';

export function inNonRoot(): bool {
  return get32(State.VMX_NON_ROOT) != 0;
}
