/**
 * Entry: the debug adapter's own process. Speaks the Debug Adapter Protocol over stdin and stdout, or with `--server=PORT` to
 * one client after another, for developing the adapter itself.
 */
import { DebugSession } from '@vscode/debugadapter';
import { Adapter } from './adapter/adapter';
import { provideHost } from './host/host';
import { nodeHost } from './host/node-host';

provideHost(nodeHost);
DebugSession.run(Adapter);
