/** Where a graph computes: the processor, or a GPU through one of ONNX Runtime's execution providers. */
import { UserError } from '../base/errors.ts';

/** What a user can ask for. */
export const devices = ['auto', 'cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** What computes in the end. */
export type UsedDevice = Exclude<Device, 'auto'>;

/** In which order `auto` tries. */
const preferred: readonly UsedDevice[] = ['cuda', 'webgpu', 'cpu'];

/** What a device that could not be had needs. */
const needs: Readonly<Record<UsedDevice, string>> = {
  cpu: 'ONNX Runtime has no build for this machine',
  webgpu: 'WebGPU needs a GPU with a Vulkan, Metal or Direct3D 12 driver',
  cuda: 'CUDA needs an NVIDIA GPU, its driver, CUDA 12 with cuDNN 9, and the GPU libraries of onnxruntime-node, which its own install script fetches',
};

/** The devices to try, in order. A device that was named is never replaced by another. */
export function devicesToTry(asked: Device): readonly UsedDevice[] {
  return asked === 'auto' ? preferred : [asked];
}

/** The error for a device that was named and cannot be had. */
export function deviceError(device: UsedDevice, reason: string): UserError {
  return new UserError({
    code: 'E_DEVICE',
    where: `--device ${device}`,
    message: `cannot be used (${reason})`,
    hint: `${needs[device]}; --device cpu always works`,
  });
}

/** What ONNX Runtime says of a device that cannot be had, without the place in its source and the condition that failed. */
export function reasonOf(message: string): string {
  const [line = ''] = message.trim().split('\n');
  const plain = line
    .replace(/^\/\S+\.cc:\d+ .*? was false\. /, '')
    .replace(/^OrtSessionOptionsAppend\w+: /, '');
  return plain.slice(0, 200);
}
