/** A real deployment: `narae standalone` on a home of its own, with accounts. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const ROOT = resolve(import.meta.dirname, "../..");
const COMMAND = process.env.NARAE_COMMAND ?? join(ROOT, ".venv/bin/narae");
const PASSWORD = /Log in as (\S+) with the password (\S+) /;
const END_MS = 20_000;

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export interface Login {
  name: string;
  password: string;
}

export class Narae {
  readonly home: string;
  readonly dags: string;
  /** A folder whose files tasks wait for. */
  readonly gates: string;
  readonly port: number;
  admin: Login = { name: "admin", password: "" };
  private readonly environ: Record<string, string>;
  private process: ChildProcess | null = null;
  private token = "";

  private constructor(home: string, port: number, environ: Record<string, string>) {
    this.home = home;
    this.dags = join(home, "dags");
    this.gates = join(home, "gates");
    this.port = port;
    this.environ = environ;
  }

  /** Starts one; its DAG folder has the files that are given by name. */
  static async start(
    files: Record<string, string> = {},
    environ: Record<string, string> = {},
  ): Promise<Narae> {
    const home = await mkdtemp(join(tmpdir(), "narae-e2e-"));
    const narae = new Narae(home, await freePort(), environ);
    await Promise.all([mkdir(narae.dags), mkdir(narae.gates)]);
    for (const [name, text] of Object.entries(files)) await narae.save(name, text);
    await narae.begin();
    return narae;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the processes, again after `end`. */
  async begin(): Promise<void> {
    const outside = Object.entries(process.env).filter(([name]) => !name.startsWith("NARAE"));
    const child = spawn(
      COMMAND,
      ["standalone", "--home", this.home, "--port", String(this.port), "--no-examples"],
      {
        env: {
          ...Object.fromEntries(outside),
          NARAE__CORE__DEFAULT_TIMEZONE: "Asia/Seoul",
          ...this.environ,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.process = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const shown = PASSWORD.exec(line);
      if (shown) this.admin = { name: shown[1] ?? "", password: shown[2] ?? "" };
      if (line.includes("is ready")) {
        child.stdout.resume();
        return;
      }
    }
    throw new Error("narae standalone ended before it was ready");
  }

  /** Ends the processes as Ctrl-C does; the home stays. */
  async end(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGINT");
    const timer = setTimeout(() => child.kill("SIGKILL"), END_MS);
    await ended;
    clearTimeout(timer);
  }

  async remove(): Promise<void> {
    await this.end();
    await rm(this.home, { recursive: true, force: true });
  }

  /** Saves a DAG file as an editor does. */
  async save(name: string, text: string): Promise<void> {
    await writeFile(join(this.dags, name), text);
  }

  async erase(name: string): Promise<void> {
    await rm(join(this.dags, name));
  }

  /** Lets the tasks go on that wait for it. */
  async openGate(name: string): Promise<void> {
    await writeFile(join(this.gates, name), "");
  }

  /** A call of the API as the administrator; throws what is no success. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    this.token ||= await this.makeToken();
    const answer = await fetch(this.url + path, {
      method,
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** Whether there is something at an address of the API. */
  async has(path: string): Promise<boolean> {
    try {
      await this.call("GET", path);
      return true;
    } catch (error) {
      if (String(error).includes(": 404 ")) return false;
      throw error;
    }
  }

  /** Somebody else with one role. */
  async makeUser(name: string, role: string): Promise<Login> {
    const password = `${name}-has-a-long-password`;
    await this.call("POST", "/api/v1/users", {
      username: name,
      password,
      email: `${name}@example.org`,
      first_name: name,
      last_name: role,
      roles: [{ name: role }],
    });
    return { name, password };
  }

  private async makeToken(): Promise<string> {
    const answer = await fetch(`${this.url}/auth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username: this.admin.name, password: this.admin.password }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
