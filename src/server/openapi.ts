/** The description of the API (OpenAPI 3.1), made from the table of routes and their schemas. */
import type { OpenAPIHono } from '@hono/zod-openapi';

/** The parts of an OpenAPI document that the reference page shows. */
export interface ApiDescription {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, ApiSchema>> };
}

export interface ApiOperation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: ApiSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: ApiSchema }>> };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Readonly<Record<string, { readonly schema: ApiSchema }>>;
      }
    >
  >;
}

/** A JSON schema, as far as it is shown. */
export interface ApiSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, ApiSchema>>;
  readonly required?: readonly string[];
  readonly items?: ApiSchema;
  readonly prefixItems?: readonly ApiSchema[];
  readonly additionalProperties?: boolean | ApiSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly ApiSchema[];
  readonly oneOf?: readonly ApiSchema[];
}

const about = `Finds medical entities – drugs, doses, procedures, adverse events, populations and more – in Russian
clinical guidelines. Documents go in as text or as files; entities come out with their places. Errors are problem
details (RFC 9457) with a stable \`code\`. The models mark text; they give no medical advice.`;

/** @param withToken whether requests need a token */
export function describeApi(
  app: Pick<OpenAPIHono, 'getOpenAPI31Document' | 'openAPIRegistry'>,
  version: string,
  withToken: boolean,
): ApiDescription {
  if (withToken)
    app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'w2ner', version, description: about },
    servers: [{ url: '/' }],
    ...(withToken ? { security: [{ token: [] }] } : {}),
  }) as unknown as ApiDescription;
}
