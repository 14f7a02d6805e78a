/** What a model can be exported to; apart from the work, so that help can name it without reading heavy modules. */

export const exportKinds = ['pt', 'safetensors', 'onnx'] as const;
export type ExportKind = (typeof exportKinds)[number];
