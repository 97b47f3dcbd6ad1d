/** Answers that many packets have. */
export const OK = 'OK';
/** "I do not know this packet." */
export const UNKNOWN = '';
/** Errors: not now or not so; a bad address; wrong arguments. */
export const REFUSED = 'E01';
export const FAULT = 'E0e';
export const INVALID = 'E16';
