// What every host has besides ECMAScript and rooms below `session` use: declared here for their type check (tsconfig.portable.json),
// which sees neither Node nor the DOM.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare function structuredClone<T>(value: T): T;
