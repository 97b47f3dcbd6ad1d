// Register values that RESET and INIT share, and those of x87 after RESET (SDM 3A Table 9-1), and the ones of DR6. Constants only.
import { AccessRights } from './gen/constants';

const CODE_OR_DATA: u32 = AccessRights.P | AccessRights.S;
/** Accessed writable data, accessed readable code, LDT, busy TSS. */
export const RESET_DATA: u32 = CODE_OR_DATA | 3;
export const RESET_CODE: u32 = CODE_OR_DATA | 11;
export const RESET_LDT: u32 = AccessRights.P | 2;
export const RESET_TSS: u32 = AccessRights.P | 11;
/** DR6 bits that read as one. RTM is not claimed, so bit 16 is one of them. */
export const DR6_ONES: u64 = 0xffff0ff0;
/** x87 after RESET: nothing masked, single precision, a zero in each register (tag word 5555H, here as FXSAVE abridges it). INIT keeps all. */
export const RESET_FPU_CONTROL: u32 = 0x40;
export const RESET_FPU_TAG: u32 = 0xff;
