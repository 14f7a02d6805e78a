/** Label Studio: a task for each document with the model's entities as predictions, and the labelling configuration. */
import { labelStudioConfig, labelStudioTask } from '../data/formats/label-studio.ts';
import { collectMentions } from './mentions.ts';
import type { Exporter, ExportFile } from './types.ts';

/** Writes tasks to import, and beside them `.xml`, to paste into the project's labelling interface. */
export const labelStudioExporter: Exporter = {
  extension: 'json',
  mediaType: 'application/json',
  description: 'tasks with predictions for Label Studio, and its labelling configuration',
  needsDocuments: true,
  open: ({ types: known = [], model = 'w2ner' } = {}) => {
    const types = new Set(known);
    let tasks = 0;
    let config: ExportFile[] = [];
    return {
      begin: () => '[',
      ...collectMentions(({ name, text }, mentions) => {
        for (const { type } of mentions) types.add(type);
        const task = labelStudioTask({ name, text, layout: 'text', mentions }, { predictionsOf: model });
        return `${tasks++ === 0 ? '\n' : ',\n'}${JSON.stringify(task)}`;
      }),
      end: () => {
        config = [{ name: '.xml', data: labelStudioConfig([...types]) }];
        return tasks === 0 ? ']\n' : '\n]\n';
      },
      takeFiles: () => {
        const files = config;
        config = [];
        return files;
      },
    };
  },
};
