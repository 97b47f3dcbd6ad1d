// VMX aborts: what is left when a VM exit cannot be completed (SDM 27.7). The indicator goes to the VMCS region, the
// processor to shutdown.
import { State } from '../../abi/state-block';
import { Stop } from '../../abi/stop-codes';
import { VmcsPage } from '../../abi/vmcs-page';
import { Activity } from '../gen/constants';
import { set32 } from '../state';
import { requestStop } from './stop';
import { currentPage, markWritten } from './vmcs';

/** `indicator`: a VmxAbort. `entry`: the refused entry of an MSR list, from 1; 0 for the other aborts. */
export function abort(indicator: u32, entry: u32): void {
  const page = currentPage();
  store<u32>(page + VmcsPage.ABORT, indicator);
  markWritten(page);
  set32(State.ACTIVITY, Activity.SHUTDOWN);
  requestStop(Stop.VMX_ABORT, indicator, entry);
}
