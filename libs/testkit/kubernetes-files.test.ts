import { readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import { allRoutes } from "../../apps/api/routes/all-routes.ts";
import { ConfigError, readConfig } from "#libs/platform/config.ts";
import { environmentSchema } from "#libs/platform/environment.ts";
import { queueNames } from "#libs/platform/queue/queue-names.ts";
import { readDockerfile } from "./dockerfile.ts";

type Values = Record<string, string>;
type Named = { readonly name: string };
type Container = {
  readonly name: string;
  readonly image: string;
  readonly command?: unknown;
  readonly args: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
  }[];
  readonly envFrom: readonly { readonly configMapRef?: Named; readonly secretRef?: Named }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly requests: object; readonly limits: { readonly memory?: string } };
  readonly securityContext: object;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
} & Record<`${"startup" | "liveness" | "readiness"}Probe`, Probe | undefined>;
type Probe = { readonly httpGet: { readonly path: string; readonly port: string } };
type Pod = {
  readonly metadata: { readonly labels: Values };
  readonly spec: {
    readonly containers: readonly [Container];
    readonly securityContext: object;
    readonly automountServiceAccountToken: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly volumes: readonly { readonly name: string; readonly emptyDir?: object }[];
  };
};
type Resource = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Values;
  readonly stringData?: Values;
  readonly spec: {
    readonly template: Pod;
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Values } & Values;
    readonly ports: readonly { readonly targetPort: string }[];
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  };
};

const resources = ["settings", "migrate", "processes"].flatMap((name) =>
  parseAllDocuments(readFileSync(`.kubernetes/${name}.yaml`, "utf8")).map((document): Resource => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Resource;
  }),
);
const ofKind = (kind: string) => resources.filter((resource) => resource.kind === kind);
const named = (kind: string, name = "") => {
  const found = ofKind(kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const deployments = ofKind("Deployment");
const workloads = [...deployments, ...ofKind("Job")];
const containerOf = ({ spec }: Resource) => spec.template.spec.containers[0];
const componentOf = ({ spec }: Resource) =>
  spec.template.metadata.labels["app.kubernetes.io/component"] ?? "";

/** The example of each variable in .env.example: what an operator may put in a Secret's place. */
const examples = new Map(
  [...readFileSync(".env.example", "utf8").matchAll(/^# ([A-Z0-9_]+)=(.+)$/gm)].map(
    ([, name = "", value = ""]) => [name, value.replaceAll('"', "")],
  ),
);

/** What a container's process sees, its secrets through `secret`. */
function environmentOf(workload: Resource, secret: (name: string, written: string) => string): Values {
  const secrets = (name: string) =>
    Object.fromEntries(
      Object.entries(named("Secret", name).stringData ?? {}).map(([key, value]) => [key, secret(key, value)]),
    );
  const { env = [], envFrom } = containerOf(workload);
  return Object.assign(
    {},
    ...envFrom.map(({ configMapRef, secretRef }) =>
      configMapRef === undefined
        ? secrets(secretRef?.name ?? "")
        : named("ConfigMap", configMapRef.name).data,
    ),
    ...env.map(({ name, value, valueFrom }) => ({
      [name]: value ?? secrets(valueFrom?.secretKeyRef.name ?? "")[valueFrom?.secretKeyRef.key ?? ""],
    })),
  ) as Values;
}

const filled = (workload: Resource) => environmentOf(workload, (name) => examples.get(name) ?? "");

describe("the Kubernetes example", () => {
  it("runs the Procfile's processes, each by its command in the one image", () => {
    const lines = readFileSync("Procfile", "utf8").trim().split("\n");
    const procfile = new Map(lines.map((line) => line.split(": ") as [string, string]));
    const nameIn: Values = { api: "web", worker: "worker", scheduler: "scheduler", migrate: "release" };
    for (const workload of workloads) {
      const { args, command, name } = containerOf(workload);
      const component = componentOf(workload);
      expect([name, command, args.join(" ")]).toEqual([
        component,
        undefined,
        procfile.get(nameIn[component] ?? ""),
      ]);
    }
    expect([...new Set(workloads.map(componentOf))].sort()).toEqual(Object.keys(nameIn).sort());
    expect(new Set(workloads.map((workload) => containerOf(workload).image)).size).toBe(1);
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(containerOf(named("Job", "billwright-migrate")).image).toBe(`billwright:${version}`);
  });

  it("sets only variables of the configuration table, and values under which each process starts", () => {
    for (const workload of workloads) {
      const environment = filled(workload);
      expect(Object.keys(environment).filter((name) => !(name in environmentSchema.shape))).toEqual([]);
      const config = readConfig(environment);
      expect(config.DATABASE_URL).toBe(examples.get("DATABASE_URL"));
      const isJob = workload.kind === "Job";
      expect(config.MIGRATION_DATABASE_URL !== undefined).toBe(isJob);
      if (isJob) continue;
      expect([config.storage, config.REDIS_URL, config.PUBLIC_URL]).toEqual([
        ...["s3", examples.get("REDIS_URL"), examples.get("PUBLIC_URL")],
      ]);
      expect([config.MASTER_KEY?.length, config.PAYMENT_LINK_SECRET?.length]).toEqual([1, 1]);
    }
  });

  it("keeps secrets out of the ConfigMap, and lets none of its placeholders start a process", () => {
    const isSecret = (name: string) => /KEY|SECRET|PASSWORD|TOKEN|(DATABASE|REDIS)_URL/.test(name);
    expect(
      ofKind("ConfigMap")
        .flatMap(({ data = {} }) => Object.keys(data))
        .filter(isSecret),
    ).toEqual([]);
    for (const { stringData = {} } of ofKind("Secret")) {
      expect(Object.keys(stringData).filter((name) => !isSecret(name))).toEqual([]);
      for (const [name, value] of Object.entries(stringData))
        expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    }
  });

  it("has worker fleets that take every queue, each queue in one of them", () => {
    const workers = deployments.filter((workload) => componentOf(workload) === "worker");
    expect(workers.length).toBeGreaterThan(1);
    const taken = workers.flatMap((workload) => readConfig(filled(workload)).WORKER_QUEUES ?? []);
    expect([...taken].sort()).toEqual([...queueNames].sort());
  });

  it("reaches the API at its port, and asks it at routes that exist", () => {
    const api = named("Deployment", "billwright-api");
    const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(api);
    const { PORT } = readConfig(filled(api));
    expect(ports).toEqual([{ name: "http", containerPort: PORT }]);
    const {
      selector,
      ports: [port],
    } = named("Service", "billwright").spec;
    expect(port?.targetPort).toBe("http");
    const chosen = deployments.filter(({ spec }) => matches(selector, spec.template));
    expect(chosen.map(({ metadata }) => metadata.name)).toEqual(["billwright-api"]);
    const asked = [startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet);
    expect(asked).toEqual(
      ["/health/live", "/health/live", "/health/ready"].map((path) => ({ path, port: "http" })),
    );
    const open = allRoutes.filter(({ method, access }) => method === "get" && access === "public");
    expect(open.map(({ path }) => path)).toEqual(expect.arrayContaining(["/health/live", "/health/ready"]));
  });

  it("runs nothing as root, from a file system that is read only but for our folders", () => {
    const [image] = readDockerfile(readFileSync(".docker/Dockerfile", "utf8")).slice(-1);
    const written = /BILLWRIGHT_DATA_DIR=(\S+)/.exec(
      image?.instructions.map(({ value }) => value).join("\n") ?? "",
    );
    for (const workload of workloads) {
      const { spec } = workload.spec.template;
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 });
      expect(spec.automountServiceAccountToken).toBe(false);
      const { securityContext, volumeMounts, resources: given } = containerOf(workload);
      expect(securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      });
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toEqual([written?.[1], "/tmp"]);
      expect(spec.volumes.map(({ name, emptyDir }) => [name, emptyDir !== undefined])).toEqual(
        volumeMounts.map(({ name }) => [name, true]),
      );
      expect(Object.keys(given.requests).sort()).toEqual(["cpu", "memory"]);
      expect(given.limits.memory).toMatch(/^\d+[MG]i$/);
    }
  });

  it("disturbs one pod of a fleet at a time, and gives it the time that compose gives it", () => {
    const compose = parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }) as {
      services: Record<string, { stop_grace_period: string }>;
    };
    for (const { metadata, spec } of deployments) {
      const budgets = ofKind("PodDisruptionBudget").filter((budget) =>
        matches(budget.spec.selector.matchLabels ?? {}, spec.template),
      );
      expect(budgets.map((budget) => budget.metadata.name)).toEqual([metadata.name]);
      expect(matches(spec.selector.matchLabels ?? {}, spec.template)).toBe(true);
      const seconds = Number.parseInt(compose.services["worker"]?.stop_grace_period ?? "", 10);
      expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds);
    }
  });

  it("leaves the number of pods either to the Deployment or to its scaler", () => {
    const scaled = ofKind("HorizontalPodAutoscaler").map(({ spec }) => {
      const target = named(spec.scaleTargetRef.kind, spec.scaleTargetRef.name);
      return target.metadata.name;
    });
    for (const { metadata, spec } of deployments)
      expect([metadata.name, (spec.replicas ?? 0) >= 2]).toEqual([
        metadata.name,
        !scaled.includes(metadata.name),
      ]);
  });
});

function matches(selector: Values, pod: Pod): boolean {
  return Object.entries(selector).every(([name, value]) => pod.metadata.labels[name] === value);
}
