/** The MSRs that the chip keeps in its state block for the level that runs, by name: what a debugger can show and watch. */
export { msrSlots as msrPlaces, msrSlot as msrPlace } from '../cpu/msr-slots';
