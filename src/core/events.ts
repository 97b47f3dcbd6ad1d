// Events as the rest of the core sees them: delivering faults and interrupts, polling at instruction boundaries, and what was
// being delivered when a VM exit came (SDM 3A chapter 6, 3C chapters 25 to 27). The parts stand in events/.
export { deliverEvent } from './events/event-delivery';
export { deliverFault } from './events/fault-delivery';
export {
  clearDelivery,
  deliveredError,
  deliveredInfo,
  deliveredInstructionLength,
  eventBeingDelivered,
  forgetStream,
} from './events/event-state';
export { pollEvents } from './events/poll';
