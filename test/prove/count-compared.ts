/** Says at the end of a test run how many instructions the core executed for a comparison with the host's CPU. */
import { CoreCpu } from '../core/native/core-cpu';

process.on('exit', () => console.log(`\ncompared ${CoreCpu.compared}`));
