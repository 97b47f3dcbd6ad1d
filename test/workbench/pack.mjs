// `npm run package`: dist/turtlescope.vsix from what was built.
import { packVsix, zipEntries } from './vsix.mjs';

const path = packVsix();
const bytes = zipEntries(path).reduce((sum, entry) => sum + entry.bytes, 0);
console.log(`${path}: ${(bytes / 1e6).toFixed(1)} MB unpacked`);
