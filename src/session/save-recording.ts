/** The bytes of a recording, from a run and the files it was made of. */
import { host } from '../host/host';
import { writtenRecording } from '../machine/recording/file-format';
import type { Recording } from '../machine/recording/recording';
import type { LaunchConfiguration } from '../protocol/launch-configuration';
import type { NamedFile, ReadFile } from './files';
import { recordedConfiguration } from './recorded-run';

export interface SaveOptions {
  /** The files themselves are part of the recording: whoever gets it needs nothing else. */
  readonly embed: boolean;
}

export class RunFiles {
  private readonly files = new Map<string, NamedFile>();

  /** As `read`, and remembered. */
  remembering(read: ReadFile): ReadFile {
    return (attribute, path) => {
      const file = read(attribute, path);
      this.files.set(attribute, file);
      return file;
    };
  }

  recording(
    configuration: LaunchConfiguration,
    run: Omit<Recording, 'build' | 'configuration' | 'files'>,
    { embed }: SaveOptions,
  ): Uint8Array {
    const files = [...this.files].map(([attribute, { path, bytes }]) => ({
      attribute,
      path,
      size: bytes.length,
      hash: host().sha256(bytes),
      ...(embed && { bytes }),
    }));
    const kept = recordedConfiguration(configuration);
    return writtenRecording({ ...run, build: host().build(), configuration: kept, files });
  }
}
