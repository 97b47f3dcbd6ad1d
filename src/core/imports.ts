// What the core asks of its embedder: bytes on the bus and the interrupt controller's answer. Kept to i32 arguments,
// because crossing into JavaScript with i64 costs twice as much.

/** IN: `size` is 1, 2 or 4 bytes; the unused upper bits of the result are ignored. */
@external('env', 'portRead')
export declare function portRead(port: u32, size: u32): u32;

/** OUT: `size` is 1, 2 or 4 bytes. */
@external('env', 'portWrite')
export declare function portWrite(port: u32, size: u32, value: u32): void;

/** Load from host-physical space without RAM behind it; `size` is 1, 2 or 4 bytes (8-byte accesses are split). */
@external('env', 'memoryRead')
export declare function memoryRead(addressHigh: u32, addressLow: u32, size: u32): u32;

/** Store to host-physical space without RAM behind it. */
@external('env', 'memoryWrite')
export declare function memoryWrite(addressHigh: u32, addressLow: u32, size: u32, value: u32): void;

/** RDMSR of an MSR that lives outside the core (x2APIC, TSC deadline, APIC base). 1: value at State.IMPORT_VALUE, 0: #GP(0). */
@external('env', 'msrRead')
export declare function msrRead(index: u32): u32;

/** WRMSR of an MSR that lives outside the core. 1: done, 0: #GP(0). */
@external('env', 'msrWrite')
export declare function msrWrite(index: u32, valueHigh: u32, valueLow: u32): u32;

/** Interrupt acknowledge cycle: the vector of the interrupt that State.INTR announced, now in service. */
@external('env', 'interruptAcknowledge')
export declare function interruptAcknowledge(): u32;

/** CR8 is the local APIC's task-priority register, bits 7:4. */
@external('env', 'taskPriorityRead')
export declare function taskPriorityRead(): u32;

@external('env', 'taskPriorityWrite')
export declare function taskPriorityWrite(value: u32): void;
