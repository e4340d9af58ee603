import { modelOfFiles, type ReadModel } from './model-files.ts';

/** Reads headers beside the page: whoever made a file may have made it slow to read, and this can be ended. */
export type FilesAsked = { files: File[]; today: string };

const scope = self as unknown as {
  postMessage: (reply: ReadModel) => void;
  onmessage: ((event: MessageEvent<FilesAsked>) => void) | null;
};
scope.onmessage = async ({ data }) => scope.postMessage(await modelOfFiles(data.files, data.today));
