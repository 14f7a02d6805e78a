/** Names of the document formats that can be read. */
export const documentFormatNames: readonly string[] = ['markdown', 'text'];
