import { domainError } from "#libs/core/errors.ts";
import { newId } from "#libs/data/new-id.ts";
import { noFailpoint } from "#libs/platform/failpoint.ts";
import { makeTenant, type TestTenant } from "#libs/testkit/factories.ts";
import { openTestDatabase, type TestDatabase } from "#libs/testkit/test-database.ts";
import { type EffectInput, runEffect } from "./run-effect.ts";

type Made = { readonly id: string };

describe("runEffect", () => {
  let test: TestDatabase;
  let tenant: TestTenant;
  beforeAll(async () => {
    test = await openTestDatabase();
    tenant = await makeTenant(test);
  });
  afterAll(() => test.close());

  const deps = () => ({ database: test.database, failpoint: noFailpoint, leaseMs: 60_000 });

  /** A provider that remembers what it made, and an effect that makes one thing there. */
  function remote(businessKey = newId()) {
    const calls: { key: string; epoch: number }[] = [];
    const probes: { wasInFlight: boolean }[] = [];
    const made = new Map<string, Made>();
    const input: EffectInput<Made> = {
      tenantId: tenant.tenantId,
      kind: "test.make",
      businessKey,
      probe: async ({ wasInFlight }) => {
        probes.push({ wasInFlight });
        const value = made.get(businessKey);
        return value === undefined ? null : { outcome: "done", value };
      },
      act: async ({ idempotencyKey, epoch }) => {
        calls.push({ key: idempotencyKey, epoch });
        const value = made.get(businessKey) ?? { id: `obj_${made.size + 1}` };
        made.set(businessKey, value);
        return { outcome: "done", value };
      },
      externalId: (value) => value.id,
    };
    return { calls, probes, made, input };
  }

  const rowOf = async (businessKey: string) => {
    const { rows } = await test.owner.query(
      "select state, fence::int, epoch, attempts, external_id, result, error, idempotency_key from effect where business_key = $1",
      [businessKey],
    );
    return rows[0];
  };
  const change = (businessKey: string, set: string) =>
    test.owner.query(`update effect set ${set} where business_key = $1`, [businessKey]);

  it("keeps what succeeded and answers it without a second call", async () => {
    const { input, calls, probes } = remote();
    const first = await runEffect(deps(), input);
    const second = await runEffect(deps(), input);
    expect(first).toEqual({ outcome: "done", value: { id: "obj_1" } });
    expect(second).toEqual(first);
    expect(calls).toHaveLength(1);
    expect(probes).toHaveLength(0);
    expect(calls[0]?.key).toMatch(/^bw-[0-9a-f]{40}$/);
    expect(await rowOf(input.businessKey)).toMatchObject({
      state: "succeeded",
      fence: 1,
      external_id: "obj_1",
      result: { id: "obj_1" },
    });
  });

  it("asks the provider before it calls again after a crash", async () => {
    const { input, calls, probes, made } = remote();
    await runEffect(deps(), input);
    // As a crash after the call leaves it: in flight, with a lease that has run out.
    await change(
      input.businessKey,
      "state = 'inflight', result = null, external_id = null, lease_until = now() - interval '1 second'",
    );
    expect(await runEffect(deps(), input)).toEqual({ outcome: "done", value: { id: "obj_1" } });
    expect(probes).toEqual([{ wasInFlight: true }]);
    expect(calls).toHaveLength(1);
    expect(made.size).toBe(1);
  });

  it("calls without asking when the crash came before any call was started", async () => {
    const { input, calls, probes } = remote();
    const crash = (name: string) => {
      if (name.endsWith(":claimed")) throw new Error("killed");
    };
    await expect(runEffect({ ...deps(), failpoint: crash }, input)).rejects.toThrow("killed");
    expect(await rowOf(input.businessKey)).toMatchObject({ state: "inflight" });
    await change(input.businessKey, "lease_until = now() - interval '1 second'");
    await runEffect(deps(), input);
    expect(probes).toHaveLength(0);
    expect(calls).toHaveLength(1);
  });

  it("lets one worker at a time do it", async () => {
    const { input } = remote();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let started: () => void = () => undefined;
    const acting = new Promise<void>((resolve) => {
      started = resolve;
    });
    const slow = runEffect(deps(), {
      ...input,
      act: async () => {
        started();
        await gate;
        return { outcome: "done", value: { id: "obj_slow" } };
      },
    });
    await acting;
    try {
      await expect(runEffect(deps(), input)).rejects.toMatchObject({ code: "effect_in_progress" });
    } finally {
      release();
    }
    expect(await slow).toMatchObject({ value: { id: "obj_slow" } });
  });

  it("throws away what a worker brings whose lease ran out meanwhile", async () => {
    const { input } = remote();
    const zombie = runEffect(deps(), {
      ...input,
      act: async () => {
        await change(input.businessKey, "lease_until = now() - interval '1 second'");
        await runEffect(deps(), {
          ...input,
          act: async () => ({ outcome: "done", value: { id: "obj_heir" } }),
        });
        return { outcome: "done", value: { id: "obj_zombie" } };
      },
    });
    await expect(zombie).rejects.toMatchObject({ code: "effect_in_progress" });
    expect(await rowOf(input.businessKey)).toMatchObject({
      state: "succeeded",
      external_id: "obj_heir",
      fence: 2,
    });
  });

  it("throws away what comes late while the heir is still at it", async () => {
    const { input } = remote();
    let arrived = () => {};
    const heirIsAtIt = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let heir: Promise<unknown> = Promise.resolve();
    const zombie = runEffect(deps(), {
      ...input,
      act: async () => {
        await change(input.businessKey, "lease_until = now() - interval '1 second'");
        heir = runEffect(deps(), {
          ...input,
          act: async () => {
            arrived();
            await held;
            return { outcome: "done", value: { id: "obj_heir" } };
          },
        });
        await heirIsAtIt;
        return { outcome: "done", value: { id: "obj_zombie" } };
      },
    });
    await expect(zombie).rejects.toMatchObject({ code: "effect_in_progress" });
    release();
    expect(await heir).toMatchObject({ value: { id: "obj_heir" } });
    expect(await rowOf(input.businessKey)).toMatchObject({ external_id: "obj_heir", fence: 2 });
  });

  it("lets nobody call whose lease ran out before", async () => {
    const { input, calls } = remote();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = () => {};
    const heirIsAtIt = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await runEffect(deps(), {
      ...input,
      act: () => Promise.reject(domainError("provider_unavailable")),
    }).catch(() => undefined);
    let heir: Promise<unknown> = Promise.resolve();
    const slow = runEffect(deps(), {
      ...input,
      // It asks first, since a call was begun before; meanwhile its lease runs out.
      probe: async () => {
        await change(input.businessKey, "lease_until = now() - interval '1 second'");
        heir = runEffect(deps(), {
          ...input,
          act: async () => {
            arrived();
            await held;
            return { outcome: "done", value: { id: "obj_heir" } };
          },
        });
        await heirIsAtIt;
        return null;
      },
    });
    try {
      await expect(slow).rejects.toMatchObject({ code: "effect_in_progress" });
      expect(calls).toEqual([]);
    } finally {
      release(); // or a failure would leave the heir waiting for ever
    }
    expect(await heir).toMatchObject({ value: { id: "obj_heir" } });
  });

  it("keeps an unknown outcome and never repeats it by itself", async () => {
    const { input, calls } = remote();
    const unsure = { ...input, act: async () => ({ outcome: "unknown", reason: "cut" }) as const };
    expect(await runEffect(deps(), unsure)).toEqual({ outcome: "unknown", reason: "cut" });
    expect(await runEffect(deps(), input)).toEqual({ outcome: "unknown", reason: "cut" });
    expect(calls).toHaveLength(0);
    expect(await rowOf(input.businessKey)).toMatchObject({ state: "unknown", attempts: 1 });
  });

  it("plans another try after a passing error, and asks first", async () => {
    const { input, calls, probes } = remote();
    const down = async () => {
      throw domainError("provider_unavailable", "down");
    };
    await expect(runEffect(deps(), { ...input, act: down })).rejects.toMatchObject({
      code: "provider_unavailable",
    });
    expect(await rowOf(input.businessKey)).toMatchObject({
      state: "planned",
      error: { code: "provider_unavailable", message: "down" },
    });
    await runEffect(deps(), input);
    expect(probes).toEqual([{ wasInFlight: false }]);
    expect(calls).toEqual([{ key: expect.any(String), epoch: 0 }]);
  });

  it("ends after a refusal, and tries with a new key when somebody asks again", async () => {
    const { input, calls, probes } = remote();
    const refused = async () => {
      throw domainError("provider_refused", "no");
    };
    await expect(runEffect(deps(), { ...input, act: refused })).rejects.toMatchObject({
      code: "provider_refused",
    });
    const before = await rowOf(input.businessKey);
    expect(before).toMatchObject({ state: "failed", epoch: 0 });
    await runEffect(deps(), input);
    expect(probes).toHaveLength(1);
    expect(calls[0]?.epoch).toBe(1);
    expect(calls[0]?.key).not.toBe(before.idempotency_key);
  });

  it("begins a new epoch when the key is older than the provider's memory", async () => {
    const { input, calls } = remote();
    await expect(
      runEffect(deps(), { ...input, act: () => Promise.reject(new Error("connection lost")) }),
    ).rejects.toThrow("connection lost");
    await change(input.businessKey, "epoch_started_at = now() - interval '23 hours 1 minute'");
    await runEffect(deps(), input);
    expect(calls[0]?.epoch).toBe(1);
    expect(await rowOf(input.businessKey)).toMatchObject({ epoch: 1, state: "succeeded" });
  });

  it("asks and then begins a new epoch when the provider repeats a stored failure", async () => {
    const { input, probes } = remote();
    const epochs: number[] = [];
    const error = domainError("provider_unavailable", "stored 500");
    const result = await runEffect(deps(), {
      ...input,
      act: async ({ epoch }) => {
        epochs.push(epoch);
        return epoch === 0 ? { outcome: "stored", error } : { outcome: "done", value: { id: "obj_2" } };
      },
    });
    expect(epochs).toEqual([0, 1]);
    expect(probes).toHaveLength(1);
    expect(result).toEqual({ outcome: "done", value: { id: "obj_2" } });
  });

  it("names the places where a process may be stopped", async () => {
    const names: string[] = [];
    const { input } = remote();
    await runEffect({ ...deps(), failpoint: (name) => names.push(name) }, input);
    expect(names).toEqual([
      "effect.test.make:claimed",
      "effect.test.make:before-call",
      "effect.test.make:after-call",
      "effect.test.make:recorded",
    ]);
  });
});
