/** Which fields a type of connection uses; what it calls them where that differs. */

export type Field = "host" | "port" | "login" | "password" | "schema";

export interface ConnectionType {
  fields: readonly Field[];
  port?: number;
}

const ALL: readonly Field[] = ["host", "port", "login", "password", "schema"];

/** The types that Narae itself knows; any other has all fields. */
export const CONNECTION_TYPES: Readonly<Record<string, ConnectionType>> = {
  generic: { fields: ALL },
  http: { fields: ALL, port: 443 },
  postgres: { fields: ALL, port: 5432 },
  mysql: { fields: ALL, port: 3306 },
  sqlite: { fields: ["host"] },
  ssh: { fields: ["host", "port", "login", "password"], port: 22 },
  sftp: { fields: ["host", "port", "login", "password"], port: 22 },
  ftp: { fields: ["host", "port", "login", "password"], port: 21 },
  smtp: { fields: ["host", "port", "login", "password"], port: 587 },
  redis: { fields: ["host", "port", "login", "password"], port: 6379 },
  aws: { fields: ["login", "password"] },
  google_cloud_platform: { fields: [] },
  fs: { fields: [] },
};

export function fieldsOf(type: string): readonly Field[] {
  return CONNECTION_TYPES[type]?.fields ?? ALL;
}

/** What is wrong with the text of the extra; null if nothing is. */
export function extraFault(text: string): "notJson" | "notObject" | null {
  if (text.trim() === "" || text === "***") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? null
      : "notObject";
  } catch {
    return "notJson";
  }
}
