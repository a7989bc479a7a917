import { IN_ADVANCE } from "./organizations-in-advance.ts";
import { IN_ARREARS } from "./organizations-in-arrears.ts";
import type { SampleOrganization } from "./sample-organization.ts";

/** 42 organizations to bill, and an inactive one that is not. */
export const ORGANIZATIONS: readonly SampleOrganization[] = [...IN_ADVANCE, ...IN_ARREARS];
