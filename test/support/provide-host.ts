/** Tests run on Node's host, as the processes of a package do: mocha loads this before any test. */
import { provideHost } from '../../src/host/host';
import { nodeHost } from '../../src/host/node-host';

provideHost(nodeHost);
