// Made by `npm run openapi:types` from the routes; `npm run check` says when it is stale.
export interface paths {
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send usage events
         * @description One event, an array, {"events": [...]}, NDJSON, or CloudEvents 1.0; gzip is taken. Up to 10,000 events or 5 MB. Answers after the commit. Event ids are the idempotency: send a batch again as often as you like.
         *
         *     Roles: admin, operator, ingest.
         */
        post: operations["post_events"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read usage
         * @description Over [from, to), whole or cut into windows; one entry for each window and group of the meter.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import a file of usage events
         * @description The body is the file, CSV or NDJSON, plain or gzip (by Content-Encoding or as a .gz file), up to 100 MB as sent. It is stored as it comes; a job imports it. After a crash the job goes on where it stood, and a file that is sent again counts once. Watch it at Location. Several files come as the parts of a form (multipart/form-data), up to 100 with 100 MB in all, are imported in that order with one map, and are watched one by one; their names tell their formats.
         *
         *     Roles: admin, operator, ingest.
         */
        post: operations["post_events_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List imports
         * @description Roles: admin, operator, ingest.
         */
        get: operations["get_events_imports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch an import
         * @description Roles: admin, operator, ingest.
         */
        get: operations["get_events_imports_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download the rows that an import did not take
         * @description NDJSON in the order of the file, each row with line, field and reason. 10,000 at a time: a Link header names the next ones.
         *
         *     Roles: admin, operator, ingest.
         */
        get: operations["get_events_imports_id_rejects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List customers
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers"];
        put?: never;
        /**
         * Create a customer
         * @description Usage that was sent before for its external id is adopted.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_customers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a customer
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers_id"];
        put?: never;
        post?: never;
        /**
         * Delete a customer
         * @description Hides it; its invoices stay. Refused while a subscription can still be billed.
         *
         *     Roles: admin, operator.
         */
        delete: operations["delete_customers_id"];
        options?: never;
        head?: never;
        /**
         * Change a customer
         * @description What is left out stays; null takes a value away. Issued invoices keep what they say.
         *
         *     Roles: admin, operator.
         */
        patch: operations["patch_customers_id"];
        trace?: never;
    };
    "/v1/customers/{id}/payment_methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List payment methods
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers_id_payment_methods"];
        put?: never;
        /**
         * Save a payment method
         * @description The provider holds it; here only its id is kept.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_customers_id_payment_methods"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/payment_methods/{payment_method}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget a payment method
         * @description Roles: admin, operator.
         */
        delete: operations["delete_customers_id_payment_methods_payment_method"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List coupons
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_coupons"];
        put?: never;
        /**
         * Create a coupon
         * @description A percentage or an amount, for one invoice, for several, or for ever. It never changes afterwards.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_coupons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/coupons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the coupons that a customer holds
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers_id_coupons"];
        put?: never;
        /**
         * Give a coupon to a customer
         * @description It discounts the customer's next invoices: of all its subscriptions, or of one. Coupons apply in the order in which they were given, each to what the ones before left.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_customers_id_coupons"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a customer's credit grants
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers_id_credits"];
        put?: never;
        /**
         * Grant credit to a customer
         * @description Invoices in its currency use it when they are finalized: by priority, then what expires first, then the oldest. It pays; it never lowers the tax base.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_customers_id_credits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a customer holds and owes, by currency
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_customers_id_balance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/meters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List meters
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_meters"];
        put?: never;
        /**
         * Create a meter
         * @description Says which events are counted and how. Events that were sent before it are adopted.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_meters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/meters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a meter
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_meters_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a meter
         * @description Name and unit at any time; what it counts only while no event of its type exists.
         *
         *     Roles: admin, operator.
         */
        patch: operations["patch_meters_id"];
        trace?: never;
    };
    "/v1/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List plans
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_plans"];
        put?: never;
        /**
         * Create a plan
         * @description Roles: admin, operator.
         */
        post: operations["post_plans"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a plan
         * @description With the terms of its newest version.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_plans_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add a version to a plan
         * @description The whole new terms. Subscriptions stay on their version until they are moved.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_plans_id_versions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/plans/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive a plan
         * @description It takes no new subscriptions; those that exist go on.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_plans_id_archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tax_rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tax rates
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_tax_rates"];
        put?: never;
        /**
         * Create a tax rate
         * @description A rate never changes; for a new percentage create another one.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_tax_rates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test_clocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a test tenant a clock of its own
         * @description Its business time stands still until it is advanced. A tenant has one clock; live tenants have none.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_test_clocks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test_clocks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a test clock
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_test_clocks_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/test_clocks/{id}/advance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Advance a test clock
         * @description Goes from due instant to due instant: bills what is due, waits until the tenant's work is quiet, goes on. Forward only. The job has succeeded when the clock has arrived.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_test_clocks_id_advance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List subscriptions
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_subscriptions"];
        put?: never;
        /**
         * Subscribe a customer to a plan
         * @description Takes the plan's newest version. What is due already is billed by the next sweep or run, in order.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a subscription
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_subscriptions_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a subscription's fields
         * @description Another anchor or timezone takes effect at once: it closes a stub of the running period and opens the next schedule. Plan, quantities and end are changed by change and cancel.
         *
         *     Roles: admin, operator.
         */
        patch: operations["patch_subscriptions_id"];
        trace?: never;
    };
    "/v1/subscriptions/{id}/unpark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a parked subscription be billed again
         * @description Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_unpark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get usage of the current period
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_subscriptions_id_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prove that every period was billed, once
         * @description Holds the periods that fell due by now against those that were billed, price by price, and names what is missing or was billed twice.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_subscriptions_id_coverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/periods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List periods, billed and to come
         * @description The periods of every price that overlap [from, to), by their start. Without to: up to those that run now. What is to come follows the terms of now.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_subscriptions_id_periods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change plan or quantities
         * @description At once: one invoice with credits for what was paid in advance and is not used, usage up to now, and charges for the rest of the period. Later: kept in pending_changes and billed with the boundary there. A second change for the same instant replaces the first; what is as it was changes nothing.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/change/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a change
         * @description The invoice that the change would make, computed by the code that makes it. Changes nothing.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_change_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a subscription
         * @description Ends it, at once or later, with a final invoice. Until then it is billed as before, up to its end; reactivate undoes it. A second cancellation replaces the first.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/cancel/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview a cancellation
         * @description The final invoice, computed by the code that makes it. Changes nothing.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_cancel_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/reactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a cancellation
         * @description Before the end: the subscription goes on as if it had not been canceled. After it: subscription_ended; subscribe the customer again.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_reactivate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a subscription
         * @description At once. What is owed up to now is billed, what was paid in advance for later is credited, and nothing is billed until it is resumed.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/subscriptions/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a paused subscription
         * @description At once, on the same plan, quantities and boundaries; the rest of the running period is charged.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_subscriptions_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invoices
         * @description Newest first, without lines.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_invoices"];
        put?: never;
        /**
         * Make an invoice by hand
         * @description A draft, unless finalize is set. amount_due is what is due as a whole: one line, and no tax on top; lines are taxed as the customer is, or by their own tax_rates. coupons discount it in their order. description is printed.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an invoice with its lines
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_invoices_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a draft
         * @description What was issued is never changed. Lines can be given for invoices made by hand only.
         *
         *     Roles: admin, operator.
         */
        patch: operations["patch_invoices_id"];
        trace?: never;
    };
    "/v1/invoices/{id}/pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the PDF of an invoice
         * @description The bytes as they were made, for ever the same; pdf_not_ready until they are.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_invoices_id_pdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/pdf_link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a link to the PDF of an invoice
         * @description With S3 an address that needs no key and expires (INVOICE_S3_LINK_SECONDS); otherwise the PDF's own, which needs one and does not expire.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_invoices_id_pdf_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/payment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Record a payment from outside
         * @description Money that came by bank transfer, cheque or cash. Without amount: all that is left; what is more becomes the customer's credit. The same reference and amount count once.
         *
         *     Roles: admin, operator.
         */
        put: operations["put_invoices_id_payment"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Issue a draft now
         * @description It gets its number and its document, and is delivered and collected as every other.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_finalize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Compute a draft again
         * @description From the usage, terms, taxes and settings of now; the answer says what changed.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview an invoice
         * @description The invoice that closes a period of a subscription, from the usage there is now, or the one that POST /v1/invoices would make of the same body; computed by the code that makes it. Changes nothing.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/generate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bill one period of a subscription
         * @description Writes the job that bills it; what is billed already is not billed again, and the job's result names the invoice. With options.preview the answer is that of /v1/invoices/preview.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_generate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import invoices that another engine issued
         * @description All of them or none. They are issued under their own numbers and never changed, printed, mailed, reminded of or charged by itself; they can be paid, credited, voided and written off. The ledger opens with what is owed and paid of them, against `opening_balance`. Series whose numbers look like imported ones go on after the highest; a count more than 100000 above the next lower one needs `allow_number_gap`. A number that was imported before is left as it is when it says the same, and refused with the names of what differs when it does not. Files: `billwright import invoices`.
         *
         *     Roles: admin.
         */
        post: operations["post_invoices_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Void an invoice
         * @description Its number stays; the ledger is posted back, credits are given back, and its periods are left visibly unbilled. What is paid, or being paid, is refused.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_void"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an invoice again, and void the old one
         * @description One transaction: the replacement bills the same periods from the usage, terms and settings of now; gives back the same parts of earlier ones; settles the same late usage; or bills the lines that were written. What a later invoice credits or settles is refused by `invoice_amended`, which names the one to void first. Answers with the replacement; with the old one, void, when there is nothing to bill any more.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_regenerate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/mark_uncollectible": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write off what is left to pay
         * @description Roles: admin, operator.
         */
        post: operations["post_invoices_id_mark_uncollectible"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail an invoice to its customer
         * @description Also when it was mailed before: each asking is a mail of its own.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/lines/{line}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain a line
         * @description What went in, each step with the value before and after it, the rounding, and where the usage is.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_invoices_id_lines_line_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make an invoice again and compare
         * @description From single events, or the inputs that were stored, never from the stored result; byte for byte. Changes nothing. Usage that came after the invoice is a difference too.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/payment_links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the payment link of an invoice
         * @description One is active at a time, for 30 days: asked again, this answers the same one. What is paid through it is what is left to pay then.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_payment_links"];
        /**
         * Revoke the payment link of an invoice
         * @description It opens nothing any more, and a payment that was begun through it and not confirmed is withdrawn.
         *
         *     Roles: admin, operator.
         */
        delete: operations["delete_invoices_id_payment_links"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/{id}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Charge an invoice to the saved payment method
         * @description What is left to pay, now, and however its subscription collects. The job says how it went; whether there is money, the payment and the invoice say once the provider has said so.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_id_pay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List payments
         * @description Newest first: every try, and money that came from outside.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_payments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a payment
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_payments_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/payments/{id}/refund": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a payment back, whole or in part
         * @description Never more than came less what went back. What credit notes of the invoice owe is paid out first, then credit that the payment became; what is more leaves the invoice to pay again (to owe nothing, make a credit note with settlement refund instead). Through Stripe a job makes it; money from outside is recorded as given back.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_payments_id_refund"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/disputes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List disputes
         * @description Payments that their payer's bank questions or takes back, newest first. Evidence is given at Stripe.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_disputes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/pay/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open a payment link
         * @description JSON for Accept: application/json, else the page where the customer pays. A link that is not ours is 404; one of ours that has expired, was revoked or leads to a void invoice 410; a paid invoice 200: none of them shows anything of the invoice. 10 tries a minute per link and address.
         *
         *     Needs no API key.
         */
        get: operations["get_public_pay_token"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/pay/{token}/intent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start the payment of a link
         * @description Opens the one attempt of the invoice for what is left to pay now, or answers the one that is open: two tabs get the same. payment_in_progress while a saved method is charged or money is on its way. 10 tries a minute per link and address, those of the page included.
         *
         *     Needs no API key.
         */
        post: operations["post_public_pay_token_intent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/pay/{token}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a payment stands
         * @description What the page watches while money is on its way. 60 a minute per link and address.
         *
         *     Needs no API key.
         */
        get: operations["get_public_pay_token_state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/pay/{token}/pdf": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The PDF of the invoice behind a link
         * @description While there is something to pay. 10 a minute per link and address.
         *
         *     Needs no API key.
         */
        get: operations["get_public_pay_token_pdf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/assets/pay.css": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Style of the payment page
         * @description Needs no API key.
         */
        get: operations["get_public_assets_pay_css"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/assets/pay.js": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Script of the payment page
         * @description Needs no API key.
         */
        get: operations["get_public_assets_pay_js"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credit_notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List credit notes
         * @description Newest first.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_credit_notes"];
        put?: never;
        /**
         * Take back a part of an issued invoice
         * @description Its lines carry their share of discount and tax; never more than was billed for them, net of what was given back before.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_credit_notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credit_notes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a credit note
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_credit_notes_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credit_notes/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Void a credit note
         * @description Its number stays; the ledger is posted back, its credit is gone, and what it took off the invoice is left to pay again.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_credit_notes_id_void"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing_runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List billing runs
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_billing_runs"];
        put?: never;
        /**
         * Start a billing run
         * @description What was billed before is reported, not billed again.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_billing_runs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing_runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a billing run
         * @description Counts, revenue by currency, errors by component, duration, and what became of each customer.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_billing_runs_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a job
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_jobs_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry a job
         * @description A failed or dead job goes back to its queue with a fresh budget of tries.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_jobs_id_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry failed and dead jobs
         * @description Of a queue, of a name, or all of them.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_jobs_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invoices/retry_failed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try everything of invoices again that has failed
         * @description Parked subscriptions are billed again by the next sweep, and failed and dead jobs that make, print, store, mail, mirror or collect invoices go off with a fresh budget of tries. Accounts that are parked as invariant_breached stay so until a person takes each back.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_invoices_retry_failed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the schedules
         * @description When runs start and sweeps wake up. What falls due is computed, so a tick that is missed loses nothing.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_schedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a schedule
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_schedules_name"];
        /**
         * Set a schedule of the tenant
         * @description billing.month starts the run of the month before, billing.legacy one more of it at each tick. Disabled, no run starts by itself; boundaries are billed when they fall due all the same.
         *
         *     Roles: admin.
         */
        put: operations["put_schedules_name"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List ledger entries
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_ledger_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/trial_balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the trial balance
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_ledger_trial_balance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/revenue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Revenue by month or day
         * @description As the ledger says, so it agrees with the trial balance to the cent.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_revenue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was asked for and what came in
         * @description By month or day, as the ledger says.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_collections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/aging": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What customers owe, by how long it is overdue
         * @description As the ledger says, at any instant up to now; who owes most comes first.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_aging"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's statement of account
         * @description What the customer owed, every change of it, and the balance after each; by currency.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_statement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/mrr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Monthly recurring revenue and how it moved
         * @description Recurring prices of subscriptions in force, each brought to a month, before discounts and tax. Usage is not recurring; trials and paused subscriptions pay nothing.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_mrr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/numbering": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The series of numbers, and what is missing of them
         * @description Each count by itself: what it gave, what is held, which numbers no document has, and which are not in the order of issue. None should be; void documents keep their numbers.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_numbering"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/anomalies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is unusual in a month, before a customer finds it
         * @description `amount_unusual`: a cycle invoice, a draft too, further from the median of up to 12 before it on the same terms (at least 3) than five times their median distance from it, half of it, and one unit of the currency. `usage_stopped`: a period without an event after three or more with some. `usage_unpriced`: usage that no price of the customer's subscriptions bills. `usage_unresolved`: events whose customer or meter is not known. A period belongs to the month that it ends in.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reports_anomalies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List reconciliations
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_reconciliations"];
        put?: never;
        /**
         * Compare what is stored with itself and with providers
         * @description A job makes the report; it changes nothing, but that an account whose money is in doubt is parked as ever. Read the findings when it is no longer pending: completed, or incomplete when a check failed and says why.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_reconciliations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a reconciliation
         * @description Its findings, each with its severity and what puts it right.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_reconciliations_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the settings
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the settings
         * @description What is left out stays, within brand too. Each invoice keeps the version it was drafted with.
         *
         *     Roles: admin.
         */
        patch: operations["patch_settings"];
        trace?: never;
    };
    "/v1/templates/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a template
         * @description The one in force, or a version before it; version 0 is Billwright's own. `fields` are the texts that the kind takes, `values` what a text can name in braces.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_templates_kind"];
        /**
         * Write a template
         * @description Makes a new version of the whole template; what is left out is Billwright's own. Documents that were issued keep the version they were issued with, for ever. Texts are plain: markup is printed as it is written.
         *
         *     Roles: admin, operator.
         */
        put: operations["put_templates_kind"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/templates/{kind}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preview the template in force
         * @description On a made-up document with your own brand, by the code that prints real ones.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_templates_kind_preview"];
        /**
         * Preview a template before it is written
         * @description Takes what writing takes, shows it as the preview does, and changes nothing.
         *
         *     Roles: admin, operator.
         */
        put: operations["put_templates_kind_preview"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Roles: admin.
         */
        get: operations["get_api_keys"];
        put?: never;
        /**
         * Create an API key
         * @description The key is shown in this answer and never again.
         *
         *     Roles: admin.
         */
        post: operations["post_api_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace an API key, with an overlap
         * @description Makes a key with the same name and role, shown in this answer and never again. The old one ends after `overlap`, or at its own end when that comes first. A key is rotated once: then its successor is.
         *
         *     Roles: admin.
         */
        post: operations["post_api_keys_id_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api_keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description At once and for good.
         *
         *     Roles: admin.
         */
        delete: operations["delete_api_keys_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit_log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was done
         * @description Who changed what, why, from where, and how it was before and after; newest first.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_audit_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit_log/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Verify the audit log
         * @description Computes the chain again from its first entry. With a head that was noted earlier, also says whether the chain still holds it.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_audit_log_verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook endpoints
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_webhook_endpoints"];
        put?: never;
        /**
         * Create a webhook endpoint
         * @description Gets a POST for each event: `{type, timestamp, data}`, signed by Standard Webhooks 1.0. At least once and in no order: webhook-id tells messages apart. Ten tries within three days.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_webhook_endpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook endpoint
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_webhook_endpoints_id"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook endpoint
         * @description What was sent to it can still be read.
         *
         *     Roles: admin, operator.
         */
        delete: operations["delete_webhook_endpoints_id"];
        options?: never;
        head?: never;
        /**
         * Change a webhook endpoint, or switch it on or off
         * @description What is left out stays. While it is off it is told nothing; a replay sends what it missed.
         *
         *     Roles: admin, operator.
         */
        patch: operations["patch_webhook_endpoints_id"];
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description webhook_endpoint.tested goes to this endpoint alone, through the same path as every event.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_webhook_endpoints_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_endpoints/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send again what happened in a range of time
         * @description Everything in [from, to) that the endpoint asks for, also what it was never told; up to 10,000 events. Messages keep their ids.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_webhook_endpoints_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhook deliveries
         * @description One event to one endpoint, newest first.
         *
         *     Roles: admin, operator, reader.
         */
        get: operations["get_webhook_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a webhook delivery with its tries
         * @description Roles: admin, operator, reader.
         */
        get: operations["get_webhook_deliveries_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook_deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery once more
         * @description With a fresh set of tries, whatever became of it.
         *
         *     Roles: admin, operator.
         */
        post: operations["post_webhook_deliveries_id_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/stripe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a webhook of Stripe
         * @description Signed with the endpoint's secret, 300 s of tolerance. 200 once it is stored; a job applies it.
         *
         *     Needs no API key.
         */
        post: operations["post_webhooks_stripe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/stripe/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a webhook of a tenant's own Stripe account
         * @description As the other one, with that account's own secret: `billwright tenant stripe-account`. What it says counts for that tenant only.
         *
         *     Needs no API key.
         */
        post: operations["post_webhooks_stripe_account"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Is the process alive
         * @description Needs no API key.
         */
        get: operations["get_health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Can it take requests
         * @description 503 while database or queue do not answer.
         *
         *     Needs no API key.
         */
        get: operations["get_health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How is everything
         * @description 503 when a component is down; degraded ones catch up by themselves.
         *
         *     Needs no API key.
         */
        get: operations["get_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description Figures without names; keep it on an inner network all the same.
         *
         *     Needs no API key.
         */
        get: operations["get_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The OpenAPI document
         * @description Needs no API key.
         */
        get: operations["get_openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This reference
         * @description Needs no API key.
         */
        get: operations["get_docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every error code
         * @description Needs no API key.
         */
        get: operations["get_docs_errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457. `code` is stable; `type` links to what it means. */
        Problem: {
            /** @example /docs/errors#fields_invalid */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "account_parked" | "amount_out_of_range" | "amount_precision" | "amount_syntax" | "anchor_invalid" | "api_key_rotated" | "api_key_ended" | "api_key_invalid" | "api_key_not_found" | "body_malformed" | "body_too_large" | "clock_invalid" | "clock_advancing" | "clock_not_found" | "clock_taken" | "coupon_code_taken" | "coupon_not_found" | "credit_already_used" | "credit_note_already_voided" | "credit_note_empty" | "credit_note_exceeds_invoice" | "credit_note_not_found" | "credit_note_refunded" | "credit_note_settlement_invalid" | "credit_not_found" | "currency_mismatch" | "currency_withdrawn" | "currency_unknown" | "customer_email_missing" | "customer_in_use" | "customer_inactive" | "customer_not_found" | "database_unavailable" | "decimal_syntax" | "discount_invalid" | "encryption_unavailable" | "effect_in_progress" | "external_id_reserved" | "external_id_taken" | "fields_invalid" | "file_unreadable" | "group_invalid" | "idempotency_key_in_progress" | "idempotency_key_reused" | "import_map_invalid" | "import_not_found" | "import_taken_over" | "intake_full" | "internal" | "interval_count_invalid" | "invoice_already_finalized" | "invoice_already_paid" | "invoice_already_uncollectible" | "invoice_already_voided" | "invoice_amended" | "invoice_corrected" | "invoice_imported" | "invoice_is_credit_note" | "invoice_line_not_found" | "invoice_not_finalized" | "invoice_lines_generated" | "invoice_not_found" | "invoice_not_regenerable" | "invoice_number_template_invalid" | "invoice_partly_paid" | "invoice_totals_differ" | "job_not_found" | "job_not_retryable" | "job_unknown" | "locale_unknown" | "mail_rejected" | "mail_unavailable" | "master_key_missing" | "meter_already_billed" | "meter_code_taken" | "meter_definition_frozen" | "meter_not_found" | "method_not_allowed" | "month_invalid" | "month_not_over" | "object_conflict" | "object_key_invalid" | "object_not_found" | "origin_forbidden" | "payment_amount_invalid" | "payment_declined" | "payment_in_progress" | "payment_link_closed" | "payment_link_expired" | "payment_link_not_found" | "payment_link_revoked" | "payment_link_void" | "payment_links_off" | "payment_method_missing" | "payment_method_in_use" | "payment_method_not_found" | "payment_method_taken" | "payment_not_found" | "payment_not_succeeded" | "payment_withdrawn" | "payment_provider_off" | "pdf_browser_missing" | "pdf_glyph_missing" | "pdf_not_ready" | "pdf_render_failed" | "pdf_timed_out" | "pdf_too_large" | "period_before_start" | "period_not_aligned" | "period_voided" | "period_not_over" | "period_out_of_order" | "period_outside_whole" | "plan_archived" | "plan_code_taken" | "plan_not_found" | "price_interval_mismatch" | "price_tiers_invalid" | "provider_key_refused" | "provider_refused" | "provider_unavailable" | "rate_limit_unavailable" | "reconciliation_not_found" | "refund_amount_invalid" | "refund_exceeds_payment" | "rate_limited" | "request_malformed" | "role_forbidden" | "route_not_found" | "run_not_found" | "s3_bucket_invalid" | "s3_bucket_missing" | "s3_credentials_expired" | "s3_credentials_missing" | "s3_credentials_refused" | "s3_region_wrong" | "session_invalid" | "storage_interrupted" | "storage_timeout" | "storage_unavailable" | "stripe_mode_mismatch" | "stripe_account_invalid" | "stripe_account_keyless" | "stripe_account_mismatch" | "stripe_account_taken" | "stripe_amount_inexpressible" | "schedule_fixed" | "schedule_not_found" | "subscription_broken" | "subscription_ended" | "subscription_not_canceled" | "subscription_not_found" | "subscription_not_paused" | "subscription_parked" | "subscription_paused" | "tax_rate_code_taken" | "tax_rate_not_found" | "template_not_found" | "tenant_not_found" | "timezone_unknown" | "unsupported_media_type" | "usage_value_invalid" | "version_conflict" | "webhook_delivery_not_found" | "webhook_endpoint_disabled" | "webhook_endpoint_not_found" | "webhook_object_unknown" | "webhook_replay_too_large" | "webhook_signature_invalid" | "work_stopped" | "work_timed_out";
            request_id: string;
            errors: {
                path: string;
                code: string;
                message: string;
            }[];
        };
        UsageEvent: {
            /** @description The sender's id: the same source and id count once */
            id: string;
            source?: string;
            /** @description This, or meter */
            event_type?: string;
            /** @description Code of a meter */
            meter?: string;
            /** @description Id or external id */
            customer: string;
            subscription?: string;
            /** @description RFC 3339; default now; at most one hour ahead */
            timestamp?: string;
            value?: string | number;
            properties?: {
                [key: string]: unknown;
            };
        };
        IngestAnswer: {
            accepted: number;
            duplicates: number;
            /** @description Of the accepted: counted when their customer or meter appears */
            unresolved: number;
            rejected: {
                index: number;
                id: string | null;
                code: string;
                message: string;
                path: string;
            }[];
            conflicts: {
                index: number;
                id: string;
                source: string;
                code: string;
                message: string;
            }[];
        };
        Usage: {
            customer: string;
            meter: string;
            meter_code: string;
            data: {
                /** Format: date-time */
                start: string;
                /** Format: date-time */
                end: string;
                group: string;
                quantity: string;
                event_count: string;
            }[];
        };
        RequestedImport: {
            job_id: string;
            import_id: string;
        };
        EventImport: {
            id: string;
            /** @enum {string} */
            state: "pending" | "running" | "completed" | "failed";
            /** @description Of the first file */
            file_name: string;
            /** @enum {string} */
            format: "csv" | "ndjson";
            map: string | null;
            timezone: string | null;
            /** @description Rows that are decided: accepted, duplicates and rejected */
            rows_read: number;
            accepted: number;
            duplicates: number;
            /** @description Of the accepted: counted when their customer or meter appears */
            unresolved: number;
            rejected: number;
            /** @description Of bytes_total, the file as it was sent */
            bytes_read: number;
            bytes_total: number;
            /** @description In the order in which they are imported */
            files: components["schemas"]["EventImportFile"][];
            job_id: string | null;
            /** @description Why it failed */
            error: {
                code: string;
                message: string;
            } | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            ended_at: string | null;
        };
        EventImportFile: {
            name: string;
            /** @enum {string} */
            format: "csv" | "ndjson";
            rows_read: number;
            accepted: number;
            duplicates: number;
            rejected: number;
            bytes_read: number;
            bytes_total: number;
            ended: boolean;
            error: {
                code: string;
                message: string;
            } | null;
        };
        EventImportDetail: {
            id: string;
            /** @enum {string} */
            state: "pending" | "running" | "completed" | "failed";
            /** @description Of the first file */
            file_name: string;
            /** @enum {string} */
            format: "csv" | "ndjson";
            map: string | null;
            timezone: string | null;
            /** @description Rows that are decided: accepted, duplicates and rejected */
            rows_read: number;
            accepted: number;
            duplicates: number;
            /** @description Of the accepted: counted when their customer or meter appears */
            unresolved: number;
            rejected: number;
            /** @description Of bytes_total, the file as it was sent */
            bytes_read: number;
            bytes_total: number;
            /** @description In the order in which they are imported */
            files: components["schemas"]["EventImportFile"][];
            job_id: string | null;
            /** @description Why it failed */
            error: {
                code: string;
                message: string;
            } | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            ended_at: string | null;
            /** @description Up to 10; all of them under /rejects */
            first_rejects: components["schemas"]["EventImportReject"][];
        };
        EventImportReject: {
            file: string;
            /** @description Of the file, from 1 */
            line: number;
            /** @description Empty: the row as a whole */
            field: string;
            /** @description What the file calls the field */
            column?: string;
            code: string;
            reason: string;
            /** @description As it stands in the file */
            row: unknown;
        };
        Customer: {
            id: string;
            external_id: string | null;
            name: string;
            email: string | null;
            /** @enum {string} */
            status: "active" | "inactive";
            currency: string | null;
            timezone: string | null;
            locale: string | null;
            billing_address: {
                line1?: string;
                line2?: string;
                city?: string;
                state?: string;
                postal_code?: string;
                country?: string;
            };
            tax_ids: string[];
            tax_rate_ids: string[];
            /** @enum {string} */
            tax_status: "taxable" | "exempt" | "reverse_charge";
            invoice_number_prefix: string | null;
            payment_terms_days: number | null;
            reminders_paused: boolean;
            schedule: {
                cron: string;
                timezone: string;
                enabled: boolean;
                last_run_at: string | null;
                /** @description null while it is disabled */
                next_run_at: string | null;
            } | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            version: number;
            created_at: string;
            updated_at: string;
        };
        PaymentMethod: {
            id: string;
            customer: string;
            type: string;
            provider: string;
            provider_id: string;
            is_default: boolean;
            created_at: string;
        };
        Coupon: {
            id: string;
            code: string;
            name: string;
            percent_off: string | null;
            amount_off: string | null;
            currency: string | null;
            /** @enum {string} */
            duration: "once" | "repeating" | "forever";
            duration_periods: number | null;
            applies_to: string[];
            archived_at: string | null;
            created_at: string;
        };
        CustomerCoupon: {
            coupon: string;
            coupon_code: string;
            customer: string;
            subscription: string | null;
            /** @description Invoices that it has discounted; void ones do not count */
            uses: number;
            starts_at: string;
            ends_at: string | null;
        };
        Credit: {
            id: string;
            customer: string;
            amount: string;
            /** @description What invoices may still use */
            left: string;
            /** @description What nobody used in time */
            expired: string;
            currency: string;
            priority: number;
            cost_basis: string | null;
            expires_at: string | null;
            reason: string | null;
            /** @description The invoice whose total below zero made it, or the credit note */
            source_invoice: string | null;
            created_at: string;
        };
        CustomerBalance: {
            customer: string;
            balances: {
                currency: string;
                /** @description What invoices may still use */
                credit: string;
                /** @description What is left to pay on invoices */
                receivable: string;
                /** @description What credit notes promised to pay out */
                refunds_payable: string;
            }[];
        };
        Meter: {
            id: string;
            code: string;
            name: string;
            event_type: string;
            /** @enum {string} */
            aggregation: "count" | "sum" | "max" | "min" | "unique_count" | "latest" | "weighted_sum" | "percentile";
            value_property: string | null;
            percentile: number | null;
            operation_property: string | null;
            carry_over: boolean;
            /** @enum {string} */
            negative: "keep" | "floor";
            filters: {
                property: string;
                /** @enum {string} */
                op: "in" | "not_in" | "exists";
                values?: string[];
            }[];
            group_by: string[];
            unit: string | null;
            definition_version: number;
            version: number;
            created_at: string;
            updated_at: string;
        };
        Plan: {
            id: string;
            code: string;
            name: string;
            /** @description Which version these terms are; versions are immutable */
            plan_version: number;
            currency: string;
            interval: {
                /** @enum {string} */
                unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                count: number;
            };
            trial_days: number;
            minimum_commitment: string | null;
            maximum_amount: string | null;
            prices: {
                id: string;
                code: string & (unknown & unknown);
                name: string;
                /** @enum {string} */
                kind: "recurring" | "usage" | "one_time";
                /** @description Code or id of the meter; usage prices only */
                meter?: string;
                /** @description Default: the plan's */
                interval?: {
                    /** @enum {string} */
                    unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                    count: number;
                };
                /** @enum {string} */
                billing: "in_advance" | "in_arrears";
                /** @enum {string} */
                proration: "second" | "day" | "none";
                /** @enum {string} */
                charge_model: "flat" | "per_unit" | "package" | "graduated" | "volume" | "stairstep" | "percentage" | "graduated_percentage" | "dynamic";
                flat?: {
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount: string;
                };
                per_unit?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    unit_amount: string;
                };
                /** @description An amount for each started package, or each full one when rounding is down */
                package?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    size: string;
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount: string;
                    /** @enum {string} */
                    rounding?: "up" | "down";
                };
                /** @description Each tier prices the units that fall into it */
                graduated?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        unit_amount?: string | null;
                        /** @description Added once the tier is entered (volume: reached) */
                        flat_amount?: string | null;
                        /** @description unit_amount is then for each started package of this size */
                        package_size?: string | null;
                    }[];
                };
                /** @description The tier reached prices every unit */
                volume?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        unit_amount?: string | null;
                        /** @description Added once the tier is entered (volume: reached) */
                        flat_amount?: string | null;
                        /** @description unit_amount is then for each started package of this size */
                        package_size?: string | null;
                    }[];
                };
                /** @description The tier reached costs its flat amount, and nothing else */
                stairstep?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        flat_amount: string;
                    }[];
                };
                /** @description A percent of each event's value, in order of (time, id) */
                percentage?: {
                    /**
                     * Format: decimal
                     * @description Percent: 1.3 is 1.3 %
                     * @example 1.3
                     */
                    rate: string;
                    /** @description Of each event that is not free */
                    fixed_amount?: string | null;
                    /** @description Whichever of free_events and free_amount is used up first ends both */
                    free_events?: (number | string) | null;
                    free_amount?: string | null;
                    minimum_per_event?: string | null;
                    maximum_per_event?: string | null;
                };
                /** @description Each tier takes its percent of what falls into it */
                graduated_percentage?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        /**
                         * Format: decimal
                         * @description Percent: 1.3 is 1.3 %
                         * @example 1.3
                         */
                        rate: string;
                        flat_amount?: string | null;
                    }[];
                };
                /** @description Each event carries its own amount, in major units, in this property */
                dynamic?: {
                    amount_property: string;
                };
                /**
                 * Format: decimal
                 * @description Seats, when the subscription names none
                 * @example 12.5
                 */
                quantity?: string;
                /**
                 * Format: decimal
                 * @description In metered units, before transform_quantity
                 * @example 12.5
                 */
                included_units?: string;
                /**
                 * @description deduct (default): they leave the quantity; free_tier: a free tier that moves the others up
                 * @enum {string}
                 */
                included_mode?: "deduct" | "free_tier";
                /**
                 * @description Priced units = metered units divided, then rounded; tiers count priced units
                 * @example {
                 *       "divide_by": "1000",
                 *       "round": "up"
                 *     }
                 */
                transform_quantity?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    divide_by: string;
                    /** @enum {string} */
                    round: "up" | "down" | "none";
                };
                /**
                 * @description mirror (default): less than nothing costs the negative of its mirror image; zero: nothing
                 * @enum {string}
                 */
                negative_quantity?: "mirror" | "zero";
                /**
                 * @description Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed
                 * @example {
                 *       "window": "day",
                 *       "group_by": [
                 *         "region"
                 *       ]
                 *     }
                 */
                rate_per?: {
                    window?: ("hour" | "day") | null;
                    group_by?: string[];
                };
                /** @description Allowances, tiers and the maximum shrink with a part of a period; default: false */
                prorate_allowances?: boolean;
                /**
                 * Format: decimal
                 * @example 100.00
                 */
                minimum_amount?: string;
                /**
                 * Format: decimal
                 * @example 100.00
                 */
                maximum_amount?: string;
                /** @enum {string} */
                zero_usage?: "first_tier" | "nothing";
                /**
                 * @description inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says
                 * @enum {string}
                 */
                tax_behavior?: "exclusive" | "inclusive";
            }[];
            archived_at: string | null;
            version: number;
            created_at: string;
        };
        TaxRate: {
            id: string;
            code: string;
            name: string;
            percentage: string;
            inclusive: boolean;
            jurisdiction: string | null;
            archived_at: string | null;
            created_at: string;
        };
        Subscription: {
            id: string;
            customer: string;
            plan: string;
            plan_code: string;
            plan_version: number;
            currency: string;
            /** @enum {string} */
            status: "scheduled" | "trialing" | "active" | "past_due" | "paused" | "canceled" | "ended";
            starts_at: string;
            anchor: string | {
                day: number;
            };
            timezone: string;
            trial_ends_at: string | null;
            ends_at: string | null;
            canceled_at: string | null;
            paused_at: string | null;
            /** @description The next boundary that is not billed yet */
            next_billing_at: string | null;
            quantities: {
                [key: string]: string;
            };
            price_overrides: {
                price: string;
                name?: string;
                /** @enum {string} */
                charge_model?: "flat" | "per_unit" | "package" | "graduated" | "volume" | "stairstep" | "percentage" | "graduated_percentage" | "dynamic";
                flat?: {
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount: string;
                };
                per_unit?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    unit_amount: string;
                };
                /** @description An amount for each started package, or each full one when rounding is down */
                package?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    size: string;
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount: string;
                    /** @enum {string} */
                    rounding?: "up" | "down";
                };
                /** @description Each tier prices the units that fall into it */
                graduated?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        unit_amount?: string | null;
                        /** @description Added once the tier is entered (volume: reached) */
                        flat_amount?: string | null;
                        /** @description unit_amount is then for each started package of this size */
                        package_size?: string | null;
                    }[];
                };
                /** @description The tier reached prices every unit */
                volume?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        unit_amount?: string | null;
                        /** @description Added once the tier is entered (volume: reached) */
                        flat_amount?: string | null;
                        /** @description unit_amount is then for each started package of this size */
                        package_size?: string | null;
                    }[];
                };
                /** @description The tier reached costs its flat amount, and nothing else */
                stairstep?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        flat_amount: string;
                    }[];
                };
                /** @description A percent of each event's value, in order of (time, id) */
                percentage?: {
                    /**
                     * Format: decimal
                     * @description Percent: 1.3 is 1.3 %
                     * @example 1.3
                     */
                    rate: string;
                    /** @description Of each event that is not free */
                    fixed_amount?: string | null;
                    /** @description Whichever of free_events and free_amount is used up first ends both */
                    free_events?: (number | string) | null;
                    free_amount?: string | null;
                    minimum_per_event?: string | null;
                    maximum_per_event?: string | null;
                };
                /** @description Each tier takes its percent of what falls into it */
                graduated_percentage?: {
                    tiers: {
                        /**
                         * @description The tier holds (previous up_to, up_to]; null: the last tier
                         * @example 1000
                         * @example null
                         */
                        up_to: string | null;
                        /**
                         * Format: decimal
                         * @description Percent: 1.3 is 1.3 %
                         * @example 1.3
                         */
                        rate: string;
                        flat_amount?: string | null;
                    }[];
                };
                /** @description Each event carries its own amount, in major units, in this property */
                dynamic?: {
                    amount_property: string;
                };
                /**
                 * Format: decimal
                 * @description Seats, when the subscription names none
                 * @example 12.5
                 */
                quantity?: string;
                /**
                 * Format: decimal
                 * @description In metered units, before transform_quantity
                 * @example 12.5
                 */
                included_units?: string;
                /**
                 * @description deduct (default): they leave the quantity; free_tier: a free tier that moves the others up
                 * @enum {string}
                 */
                included_mode?: "deduct" | "free_tier";
                /**
                 * @description Priced units = metered units divided, then rounded; tiers count priced units
                 * @example {
                 *       "divide_by": "1000",
                 *       "round": "up"
                 *     }
                 */
                transform_quantity?: {
                    /**
                     * Format: decimal
                     * @example 12.5
                     */
                    divide_by: string;
                    /** @enum {string} */
                    round: "up" | "down" | "none";
                };
                /**
                 * @description mirror (default): less than nothing costs the negative of its mirror image; zero: nothing
                 * @enum {string}
                 */
                negative_quantity?: "mirror" | "zero";
                /**
                 * @description Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed
                 * @example {
                 *       "window": "day",
                 *       "group_by": [
                 *         "region"
                 *       ]
                 *     }
                 */
                rate_per?: {
                    window?: ("hour" | "day") | null;
                    group_by?: string[];
                };
                /** @description Allowances, tiers and the maximum shrink with a part of a period; default: false */
                prorate_allowances?: boolean;
                /**
                 * Format: decimal
                 * @example 100.00
                 */
                minimum_amount?: string;
                /**
                 * Format: decimal
                 * @example 100.00
                 */
                maximum_amount?: string;
                /** @enum {string} */
                zero_usage?: "first_tier" | "nothing";
                /**
                 * @description inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says
                 * @enum {string}
                 */
                tax_behavior?: "exclusive" | "inclusive";
            }[];
            items: {
                id: string;
                price: string;
                price_code: string;
                quantity: string | null;
            }[];
            /** @description What waits to take effect, in order */
            pending_changes: {
                at: string;
                /** @enum {string} */
                kind: "change" | "cancel" | "pause" | "resume" | "reschedule";
                plan_code: string | null;
                plan_version: number | null;
                quantities: {
                    [key: string]: string;
                };
                proration: ("second" | "day" | "none") | null;
                refund: ("none" | "prorated") | null;
                final_usage: ("bill" | "drop") | null;
            }[];
            payment_method: string | null;
            /** @enum {string} */
            collection: "charge_automatically" | "send_invoice";
            /** @description Why its billing was put aside; null when it goes on */
            parked: {
                at: string;
                code: string | null;
                reason: string | null;
            } | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            version: number;
            created_at: string;
            updated_at: string;
        };
        SubscriptionUsage: {
            subscription: string;
            data: {
                subscription_item: string;
                price_code: string;
                meter: string;
                meter_code: string;
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
                group: string;
                quantity: string;
                event_count: string;
            }[];
        };
        SubscriptionCoverage: {
            covered: {
                price_code: string;
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
                /** @enum {string} */
                state: "claimed" | "billed" | "dropped";
                invoice: string | null;
                invoice_number: string | null;
            }[];
            gaps: {
                price_code: string;
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
                /** @enum {string} */
                reason: "voided" | "not_billed" | "parked" | "customer_inactive";
            }[];
            overlaps: {
                price_code: string;
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
            }[];
            /** @description Times in which nothing is to be billed */
            paused: {
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
            }[];
            /** @description Whether there are neither gaps nor overlaps up to now */
            complete: boolean;
        };
        SubscriptionPeriod: {
            subscription_item: string;
            price_code: string;
            schedule_no: number;
            index: number;
            /** Format: date-time */
            period_start: string;
            /** Format: date-time */
            period_end: string;
            /**
             * @description upcoming: nothing has claimed it yet; dropped: its usage was waived
             * @enum {string}
             */
            state: "claimed" | "billed" | "dropped" | "voided" | "upcoming";
            invoice: string | null;
        };
        ChangePreview: {
            /** @description null: nothing would change */
            effective_at: string | null;
            /** @description null: nothing would be billed */
            invoice: components["schemas"]["InvoicePreview"] | null;
        };
        InvoicePreview: {
            customer_id: string;
            subscription_id: string | null;
            /** @enum {string} */
            invoice_type: "subscription" | "one_off" | "credit";
            billing_reason: string;
            currency: string;
            period_start: string | null;
            period_end: string | null;
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            /** @description Major units with the currency's decimals */
            credit_total: string;
            /** @description Major units with the currency's decimals */
            amount_due: string;
            lines: components["schemas"]["InvoicePreviewLine"][];
            /** @description From the lines to the amount due */
            steps: components["schemas"]["CalculationStep"][];
        };
        InvoicePreviewLine: {
            kind: string;
            price: string | null;
            price_code: string | null;
            subscription_item: string | null;
            /** @description Group of the meter, such as region=eu; empty when it has none */
            group: string;
            description: string;
            quantity: string;
            unit: string | null;
            unit_amount: string | null;
            /** @description Major units with the currency's decimals */
            amount: string;
            /** @description Not rounded */
            exact_amount: string;
            /** @description Major units with the currency's decimals */
            discount: string;
            /** @description Major units with the currency's decimals */
            tax: string;
            /** Format: date-time */
            period_start: string;
            /** Format: date-time */
            period_end: string;
            tiers: components["schemas"]["LineTier"][];
            proration: {
                numerator: string;
                denominator: string;
            } | null;
            event_count: string;
            input_hash: string;
        };
        LineTier: {
            /** @description Units before it */
            from: string;
            /** @description Its last unit; null: there is no end */
            up_to: string | null;
            quantity: string;
            unit_amount: string;
            flat_amount: string;
            amount: string;
        };
        CalculationStep: {
            name: string;
            before: string;
            after: string;
            /** @description What it did, in words */
            detail: string;
            /** @description What `after` is made of, where it is more than one thing */
            parts?: {
                name: string;
                amount: string;
                detail: string;
            }[];
        };
        InvoiceSummary: {
            id: string;
            tenant_id: string;
            customer_id: string;
            subscription_id: string | null;
            /** @enum {string} */
            invoice_type: "subscription" | "one_off" | "credit";
            /** @enum {string} */
            invoice_status: "draft" | "finalized" | "voided";
            /** @enum {string} */
            payment_status: "pending" | "succeeded" | "failed";
            /** @enum {string} */
            status: "draft" | "void" | "uncollectible" | "paid" | "overdue" | "partially_paid" | "sent" | "open";
            number: string | null;
            currency: string;
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            /** @description Major units with the currency's decimals */
            credit_total: string;
            /** @description Major units with the currency's decimals */
            amount_due: string;
            /** @description Major units with the currency's decimals */
            amount_paid: string;
            /** @description Credit notes offset against it */
            amount_offset: string;
            /** @description Major units with the currency's decimals */
            amount_remaining: string;
            /** @description Of a payment that its bank questions: an invoice stays paid, and a lost dispute is written off */
            dispute_status: ("warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" | "needs_response" | "under_review" | "won" | "lost") | null;
            description: string | null;
            billing_reason: string;
            billing_sequence: number | null;
            idempotency_key: string | null;
            period_start: string | null;
            period_end: string | null;
            issued_at: string | null;
            due_date: string | null;
            finalized_at: string | null;
            sent_at: string | null;
            paid_at: string | null;
            voided_at: string | null;
            void_reason: string | null;
            /** @description The void invoice that this one was made for */
            replaces_invoice_id: string | null;
            invoice_pdf_url: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Set: another engine issued, printed and sent it */
            imported_at: string | null;
        };
        Invoice: {
            id: string;
            tenant_id: string;
            customer_id: string;
            subscription_id: string | null;
            /** @enum {string} */
            invoice_type: "subscription" | "one_off" | "credit";
            /** @enum {string} */
            invoice_status: "draft" | "finalized" | "voided";
            /** @enum {string} */
            payment_status: "pending" | "succeeded" | "failed";
            /** @enum {string} */
            status: "draft" | "void" | "uncollectible" | "paid" | "overdue" | "partially_paid" | "sent" | "open";
            number: string | null;
            currency: string;
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            /** @description Major units with the currency's decimals */
            credit_total: string;
            /** @description Major units with the currency's decimals */
            amount_due: string;
            /** @description Major units with the currency's decimals */
            amount_paid: string;
            /** @description Credit notes offset against it */
            amount_offset: string;
            /** @description Major units with the currency's decimals */
            amount_remaining: string;
            /** @description Of a payment that its bank questions: an invoice stays paid, and a lost dispute is written off */
            dispute_status: ("warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" | "needs_response" | "under_review" | "won" | "lost") | null;
            description: string | null;
            billing_reason: string;
            billing_sequence: number | null;
            idempotency_key: string | null;
            period_start: string | null;
            period_end: string | null;
            issued_at: string | null;
            due_date: string | null;
            finalized_at: string | null;
            sent_at: string | null;
            paid_at: string | null;
            voided_at: string | null;
            void_reason: string | null;
            /** @description The void invoice that this one was made for */
            replaces_invoice_id: string | null;
            invoice_pdf_url: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Set: another engine issued, printed and sent it */
            imported_at: string | null;
            lines: components["schemas"]["InvoiceLine"][];
        };
        InvoiceLine: {
            id: string;
            kind: string;
            price: string | null;
            price_code: string | null;
            subscription_item: string | null;
            /** @description Group of the meter, such as region=eu; empty when it has none */
            group: string;
            description: string;
            quantity: string;
            unit: string | null;
            unit_amount: string | null;
            /** @description Major units with the currency's decimals */
            amount: string;
            /** @description Not rounded */
            exact_amount: string;
            /** @description Major units with the currency's decimals */
            discount: string;
            /** @description Major units with the currency's decimals */
            tax: string;
            /** Format: date-time */
            period_start: string;
            /** Format: date-time */
            period_end: string;
            tiers: components["schemas"]["LineTier"][];
            proration: {
                numerator: string;
                denominator: string;
            } | null;
            event_count: string;
            input_hash: string;
        };
        InvoicePdfLink: {
            url: string;
            expires_at: string | null;
        };
        ManualInvoiceLine: {
            description: string;
            /**
             * Format: decimal
             * @description Or quantity and unit_amount; negative: an adjustment
             * @example 100.00
             */
            amount?: string;
            /**
             * Format: decimal
             * @description Default "1"
             * @example 12.5
             */
            quantity?: string;
            /**
             * Format: decimal
             * @description Major units, up to 12 decimals
             * @example 12.5
             */
            unit_amount?: string;
            /** @enum {string} */
            kind?: "one_time" | "adjustment";
            /** Format: date-time */
            period_start?: string;
            /** Format: date-time */
            period_end?: string;
            /** @description false: no tax on it */
            taxable?: boolean;
            /** @description Ids or codes of the rates that apply instead of the customer's; none: no tax */
            tax_rates?: string[];
        };
        RefreshedInvoice: {
            id: string;
            tenant_id: string;
            customer_id: string;
            subscription_id: string | null;
            /** @enum {string} */
            invoice_type: "subscription" | "one_off" | "credit";
            /** @enum {string} */
            invoice_status: "draft" | "finalized" | "voided";
            /** @enum {string} */
            payment_status: "pending" | "succeeded" | "failed";
            /** @enum {string} */
            status: "draft" | "void" | "uncollectible" | "paid" | "overdue" | "partially_paid" | "sent" | "open";
            number: string | null;
            currency: string;
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            /** @description Major units with the currency's decimals */
            credit_total: string;
            /** @description Major units with the currency's decimals */
            amount_due: string;
            /** @description Major units with the currency's decimals */
            amount_paid: string;
            /** @description Credit notes offset against it */
            amount_offset: string;
            /** @description Major units with the currency's decimals */
            amount_remaining: string;
            /** @description Of a payment that its bank questions: an invoice stays paid, and a lost dispute is written off */
            dispute_status: ("warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" | "needs_response" | "under_review" | "won" | "lost") | null;
            description: string | null;
            billing_reason: string;
            billing_sequence: number | null;
            idempotency_key: string | null;
            period_start: string | null;
            period_end: string | null;
            issued_at: string | null;
            due_date: string | null;
            finalized_at: string | null;
            sent_at: string | null;
            paid_at: string | null;
            voided_at: string | null;
            void_reason: string | null;
            /** @description The void invoice that this one was made for */
            replaces_invoice_id: string | null;
            invoice_pdf_url: string | null;
            metadata: {
                [key: string]: string | number | boolean | null;
            };
            version: number;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Set: another engine issued, printed and sent it */
            imported_at: string | null;
            lines: components["schemas"]["InvoiceLine"][];
            diff: {
                total: {
                    before: string;
                    after: string;
                };
                lines: {
                    /** @enum {string} */
                    change: "added" | "removed" | "changed";
                    before: {
                        description: string;
                        group: string;
                        quantity: string;
                        exact_amount: string;
                        amount: string;
                        discount: string;
                        tax: string;
                        input_hash: string;
                    } | null;
                    after: {
                        description: string;
                        group: string;
                        quantity: string;
                        exact_amount: string;
                        amount: string;
                        discount: string;
                        tax: string;
                        input_hash: string;
                    } | null;
                }[];
            };
        };
        RequestedInvoice: {
            job_id: string;
        };
        ImportedInvoice: {
            /** @description Id or external id */
            customer: string;
            number: string;
            /**
             * @description ISO 4217
             * @example USD
             */
            currency: string;
            /**
             * @description A day in the tenant's time zone, or an RFC 3339 time
             * @example 2025-03-01
             * @example 2025-03-01T09:30:00Z
             */
            issued_at: string;
            /**
             * @description Default: the payment terms, from the issue
             * @example 2025-03-01
             * @example 2025-03-01T09:30:00Z
             */
            due_date?: string;
            /**
             * Format: decimal
             * @description With tax; not below 0
             * @example 100.00
             */
            total: string;
            /**
             * Format: decimal
             * @description Default "0"
             * @example 100.00
             */
            tax_total?: string;
            /** @description Id or code; required with tax_total */
            tax_rate?: string;
            /**
             * Format: decimal
             * @description Default "0"; at most total
             * @example 100.00
             */
            amount_paid?: string;
            /**
             * @description Default: issued_at
             * @example 2025-03-01
             * @example 2025-03-01T09:30:00Z
             */
            paid_at?: string;
            description?: string;
            /** @description They add up to total less exclusive tax; default: one line */
            lines?: components["schemas"]["ImportedInvoiceLine"][];
        };
        ImportedInvoiceLine: {
            description: string;
            /**
             * Format: decimal
             * @description Or quantity and unit_amount
             * @example 100.00
             */
            amount?: string;
            /**
             * Format: decimal
             * @example 12.5
             */
            quantity?: string;
            /**
             * Format: decimal
             * @example 12.5
             */
            unit_amount?: string;
        };
        InvoiceImport: {
            dry_run: boolean;
            imported: number;
            /** @description Imported before, saying the same */
            skipped: number;
            /** @description Series of ours that go on after the highest imported count */
            series: {
                series: string;
                continues_after: string;
            }[];
        };
        RequestedMail: {
            job_id: string;
        };
        LineExplanation: {
            line: components["schemas"]["InvoiceLine"];
            currency: string;
            /** @description The subscription's, in which periods and days are cut */
            timezone: string;
            /** @description The line's period with the offset of that zone, the end exclusive */
            local_period: {
                start: string;
                end: string;
            };
            inputs: {
                [key: string]: unknown;
            };
            /** @description From the quantity to the amount, each with the value before and after it; rounding last */
            steps: components["schemas"]["CalculationStep"][];
            rounding: {
                mode: string;
                exact_amount: string;
                amount: string;
            };
            /** @description Events that the line counted */
            event_count: string;
            usage: {
                meter: string;
                /** @description Local days (months of a long period) with usage, as it stands now */
                buckets: {
                    /** Format: date-time */
                    start: string;
                    /** Format: date-time */
                    end: string;
                    quantity: string;
                    event_count: string;
                }[];
            } | null;
            /** @description The usage that the line counted, by the hour */
            usage_url: string | null;
            input_hash: string;
        };
        InvoiceReplay: {
            identical: boolean;
            differences: {
                /** @description null: of the invoice as a whole */
                line: string | null;
                description: string;
                /** @description Where it comes to something else, such as usage, ratio, charge_model, tax */
                step: string;
                /** @description Canonical JSON */
                stored: string;
                replayed: string;
                detail: string;
            }[];
            /** @description How many were made again from single events, from stored inputs, or held against their seal */
            lines: {
                events: number;
                inputs: number;
                sealed: number;
            };
        };
        PaymentLink: {
            /** @description Whoever holds it can see the invoice and pay it */
            url: string;
            /** Format: date-time */
            expires_at: string;
        };
        RequestedPayment: {
            job_id: string;
        };
        Payment: {
            id: string;
            invoice: string;
            customer: string;
            /**
             * @description processing: the provider has it in hand; a bank debit stays so for days. failed payments are tried again as new ones
             * @enum {string}
             */
            status: "pending" | "processing" | "succeeded" | "failed" | "canceled";
            /** @description What was asked for; once it has succeeded, all that came */
            amount: string;
            /** @description The part that the invoice did not ask for: the customer's credit */
            amount_credited: string;
            /** @description Given back, or on its way back */
            amount_refunded: string;
            currency: string;
            /** @description stripe, or manual for money that came past it */
            provider: string;
            provider_id: string | null;
            method: string;
            reference: string | null;
            /** @description Why it was declined. What is final (stolen_card, expired_card, do_not_try_again ...) is not tried again by itself; the payment link stays open */
            failure: {
                code: string;
                message: string;
            } | null;
            /** @description When it is tried again by itself */
            next_attempt_at: string | null;
            received_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        PaymentDetail: {
            id: string;
            invoice: string;
            customer: string;
            /**
             * @description processing: the provider has it in hand; a bank debit stays so for days. failed payments are tried again as new ones
             * @enum {string}
             */
            status: "pending" | "processing" | "succeeded" | "failed" | "canceled";
            /** @description What was asked for; once it has succeeded, all that came */
            amount: string;
            /** @description The part that the invoice did not ask for: the customer's credit */
            amount_credited: string;
            /** @description Given back, or on its way back */
            amount_refunded: string;
            currency: string;
            /** @description stripe, or manual for money that came past it */
            provider: string;
            provider_id: string | null;
            method: string;
            reference: string | null;
            /** @description Why it was declined. What is final (stolen_card, expired_card, do_not_try_again ...) is not tried again by itself; the payment link stays open */
            failure: {
                code: string;
                message: string;
            } | null;
            /** @description When it is tried again by itself */
            next_attempt_at: string | null;
            received_at: string | null;
            /** Format: date-time */
            created_at: string;
            refunds: components["schemas"]["Refund"][];
        };
        Refund: {
            id: string;
            payment: string;
            invoice: string;
            /**
             * @description processing: it has left us, and a bank takes days; failed may follow even on succeeded
             * @enum {string}
             */
            status: "pending" | "processing" | "succeeded" | "failed";
            /** @description Major units with the currency's decimals */
            amount: string;
            /** @description Of it: pays out credit notes */
            amount_credit_notes: string;
            /** @description Of it: credit that the payment became, taken back */
            amount_credit: string;
            /** @description Of it: left to pay on the invoice again */
            amount_reopened: string;
            currency: string;
            reason: string | null;
            /** @description The credit note that asked for it */
            credit_note: string | null;
            provider: string;
            provider_id: string | null;
            failure: {
                code: string;
                message: string;
            } | null;
            paid_out_at: string | null;
            failed_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        RequestedRefund: {
            id: string;
            payment: string;
            invoice: string;
            /**
             * @description processing: it has left us, and a bank takes days; failed may follow even on succeeded
             * @enum {string}
             */
            status: "pending" | "processing" | "succeeded" | "failed";
            /** @description Major units with the currency's decimals */
            amount: string;
            /** @description Of it: pays out credit notes */
            amount_credit_notes: string;
            /** @description Of it: credit that the payment became, taken back */
            amount_credit: string;
            /** @description Of it: left to pay on the invoice again */
            amount_reopened: string;
            currency: string;
            reason: string | null;
            /** @description The credit note that asked for it */
            credit_note: string | null;
            provider: string;
            provider_id: string | null;
            failure: {
                code: string;
                message: string;
            } | null;
            paid_out_at: string | null;
            failed_at: string | null;
            /** Format: date-time */
            created_at: string;
            job_id: string | null;
        };
        Dispute: {
            id: string;
            payment: string;
            invoice: string;
            customer: string;
            /**
             * @description warning_...: nothing is taken yet; lost: the money is gone, and is written off
             * @enum {string}
             */
            status: "warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" | "needs_response" | "under_review" | "won" | "lost";
            /** @description Major units with the currency's decimals */
            amount: string;
            currency: string;
            reason: string | null;
            provider: string;
            provider_id: string;
            evidence_due_at: string | null;
            closed_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        PaymentPage: {
            /** @enum {string} */
            state: "open" | "processing" | "failed" | "paid";
            /** @description When there is nothing left to do */
            message?: string;
            /** @description Until it is paid */
            invoice?: components["schemas"]["PayableInvoice"];
            paymentMethods?: ("card" | "ach")[];
        };
        PayableInvoice: {
            id: string;
            number: string;
            currency: string;
            seller: {
                name: string;
                address: string[];
                email: string | null;
            };
            customer: {
                name: string;
                address: string[];
            };
            /** Format: date-time */
            issued_at: string;
            /** Format: date-time */
            due_date: string;
            lines: {
                description: string;
                quantity: string;
                unit: string | null;
                unit_amount: string | null;
                /** @description Major units with the currency's decimals */
                amount: string;
                /** Format: date-time */
                period_start: string;
                /** Format: date-time */
                period_end: string;
            }[];
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            /** @description Major units with the currency's decimals */
            credit_total: string;
            /** @description Major units with the currency's decimals */
            amount_due: string;
            /** @description Major units with the currency's decimals */
            amount_paid: string;
            /** @description What is paid through the link */
            amount_remaining: string;
            invoice_pdf_url: string;
        };
        PaymentPageIntent: {
            /** @description Of the one open PaymentIntent; the browser confirms it with Stripe */
            client_secret: string;
            publishable_key: string;
            /** @description What is left to pay, in major units */
            amount: string;
            currency: string;
            /** @description The same in Stripe's smallest unit */
            stripe_amount: string;
        };
        PaymentPageState: {
            /** @enum {string} */
            state: "open" | "processing" | "failed" | "paid";
        };
        CreditNote: {
            id: string;
            number: string;
            /** @enum {string} */
            status: "issued" | "void";
            invoice: string;
            invoice_number: string;
            customer: string;
            /**
             * @description refund: owed to the customer; credit: pays its next invoices, at most what was paid of this one; offset: lowers what is left to pay
             * @enum {string}
             */
            settlement: "refund" | "credit" | "offset";
            reason: string | null;
            currency: string;
            /** @description Major units with the currency's decimals */
            subtotal: string;
            /** @description Major units with the currency's decimals */
            discount_total: string;
            /** @description Major units with the currency's decimals */
            tax_total: string;
            /** @description Major units with the currency's decimals */
            total: string;
            lines: {
                id: string;
                invoice_line: string;
                description: string;
                /** @description Major units with the currency's decimals */
                amount: string;
                /** @description Major units with the currency's decimals */
                discount: string;
                /** @description Major units with the currency's decimals */
                tax: string;
            }[];
            /** @description The credit that it gave */
            credit: string | null;
            pdf_url: string | null;
            issued_at: string;
            voided_at: string | null;
            void_reason: string | null;
            version: number;
        };
        StartedBillingRun: {
            job_id: string;
            run_id: string;
        };
        BillingRunSummary: {
            id: string;
            /** @enum {string} */
            kind: "month" | "due" | "legacy";
            month: string | null;
            as_of: string | null;
            dry_run: boolean;
            /** @enum {string} */
            state: "planning" | "generating" | "generated" | "completed" | "completed_with_errors";
            /** @description Ended with errors at first, and everything has succeeded since */
            recovered: boolean;
            /** @description Customers with an active subscription */
            organizations: number;
            /** @description Of these, customers with nothing due any more */
            already_billed: number;
            /** @description Time zones whose month is not over yet; they join when it is */
            waiting_zones: string[];
            /** Format: date-time */
            started_at: string;
            generated_at: string | null;
            completed_at: string | null;
            duration_seconds: number | null;
        };
        BillingRun: {
            id: string;
            /** @enum {string} */
            kind: "month" | "due" | "legacy";
            month: string | null;
            as_of: string | null;
            dry_run: boolean;
            /** @enum {string} */
            state: "planning" | "generating" | "generated" | "completed" | "completed_with_errors";
            /** @description Ended with errors at first, and everything has succeeded since */
            recovered: boolean;
            /** @description Customers with an active subscription */
            organizations: number;
            /** @description Of these, customers with nothing due any more */
            already_billed: number;
            /** @description Time zones whose month is not over yet; they join when it is */
            waiting_zones: string[];
            /** Format: date-time */
            started_at: string;
            generated_at: string | null;
            completed_at: string | null;
            duration_seconds: number | null;
            counts: {
                invoices: number;
                customers: number;
                parked: number;
                /** @description By state */
                jobs: {
                    [key: string]: number;
                };
            };
            revenue: {
                currency: string;
                invoices: number;
                total: string;
                paid: string;
            }[];
            /** @description By component: generate, pdf, storage, stripe, payment, email */
            errors: {
                [key: string]: number;
            };
            results: {
                customer_id: string | null;
                external_id: string | null;
                name: string | null;
                ok: boolean;
                invoices: {
                    invoice_id: string | null;
                    number: string | null;
                    currency: string;
                    total: string;
                    period_start: string | null;
                    /** @description Not included */
                    period_end: string | null;
                    payment_status: string | null;
                    steps: {
                        component: string;
                        job_id: string;
                        state: string;
                        attempts: number;
                        error: {
                            code: string;
                            message: string;
                        } | null;
                    }[];
                }[];
                parked: {
                    subscription_id: string;
                    code: string;
                    reason: string;
                }[];
            }[];
        };
        Job: {
            id: string;
            name: string;
            queue: string;
            /**
             * @description failed is tried again by itself; dead waits for a person
             * @enum {string}
             */
            state: "pending" | "queued" | "running" | "succeeded" | "failed" | "dead";
            attempts: number;
            attempt_budget: number;
            dispatches: number;
            run_id: string | null;
            payload: {
                [key: string]: unknown;
            };
            result: unknown;
            last_error: {
                code: string;
                message: string;
                at: string | null;
            } | null;
            /** Format: date-time */
            run_at: string;
            /** Format: date-time */
            created_at: string;
            started_at: string | null;
            ended_at: string | null;
        };
        RetriedJobs: {
            retried: number;
        };
        RetriedInvoices: {
            /** @description Subscriptions */
            unparked: string[];
            /** @description Jobs */
            retried: number;
        };
        Schedule: {
            name: string;
            /**
             * @description installation: the same for every tenant that has not set its own
             * @enum {string}
             */
            scope: "tenant" | "installation";
            cron: string;
            timezone: string;
            enabled: boolean;
            last_run_at: string | null;
            next_run_at: string | null;
            version: number;
        };
        LedgerEntry: {
            id: string;
            /** @description What happened, such as invoice.finalized */
            kind: string;
            customer_id: string | null;
            invoice_id: string | null;
            /** Format: date-time */
            occurred_at: string;
            /** Format: date-time */
            created_at: string;
            postings: {
                debit: string;
                credit: string;
                amount: string;
                currency: string;
            }[];
        };
        TrialBalance: {
            accounts: {
                account: string;
                currency: string;
                debit: string;
                credit: string;
                /** @description Debit less credit */
                balance: string;
            }[];
            totals: {
                currency: string;
                debit: string;
                credit: string;
            }[];
            /** @description Debits equal credits in every currency */
            balanced: boolean;
        };
        RevenueRow: {
            /** @description A month such as 2026-03, or a day such as 2026-03-09 */
            period: string;
            currency: string;
            /** @description Without tax, after discounts */
            invoiced: string;
            /** @description Zero or below */
            voided: string;
            /** @description Zero or below */
            credit_notes: string;
            /** @description Credit given away (below zero), credit that expired, and the like */
            other: string;
            /** @description The sum of the four */
            revenue: string;
            /** @description Major units of the currency beside it */
            tax: string;
        };
        CollectionRow: {
            /** @description A month such as 2026-03, or a day such as 2026-03-09 */
            period: string;
            currency: string;
            /** @description What customers came to owe by invoices, less voids */
            invoiced: string;
            /** @description Major units of the currency beside it */
            collected: string;
            /** @description Refunds, disputes */
            paid_back: string;
            /** @description Major units of the currency beside it */
            written_off: string;
            /** @description What customers owe when the period ends */
            outstanding: string;
            /** @description collected of invoiced, two decimals, half up; null when nothing was invoiced */
            collected_percent: string | null;
        };
        AgingRow: {
            customer_id: string;
            external_id: string | null;
            name: string;
            currency: string;
            /** @description Major units of the currency beside it */
            not_due: string;
            /** @description Overdue by up to 30 days; a day that has begun counts */
            days_1_to_30: string;
            /** @description Major units of the currency beside it */
            days_31_to_60: string;
            /** @description Major units of the currency beside it */
            days_61_to_90: string;
            /** @description Major units of the currency beside it */
            days_over_90: string;
            /** @description Major units of the currency beside it */
            total: string;
        };
        StatementRow: {
            currency: string;
            /** @description Null: nothing changed in this currency */
            ledger_entry_id: string | null;
            /** @description What happened, such as invoice.finalized */
            kind: string | null;
            /** @description Of the invoice or credit note */
            number: string | null;
            occurred_at: string | null;
            /** @description What the customer owed in this currency before the first entry */
            opening: string;
            /** @description Major units of the currency beside it */
            charged: string;
            /** @description Payments, credit notes, voids, credit used */
            credited: string;
            /** @description What the customer owes after the entry */
            balance: string;
        };
        MrrRow: {
            currency: string;
            /** @description Monthly recurring revenue at `since` */
            opening: string;
            /** @description Of customers that paid nothing then */
            added: string;
            /** @description Major units of the currency beside it */
            expanded: string;
            /** @description Zero or below */
            contracted: string;
            /** @description Of customers that pay nothing now; zero or below */
            churned: string;
            /** @description At `as_of` */
            mrr: string;
            /** @description Twelve times that */
            arr: string;
            /** @description Paying at `as_of` */
            customers: number;
            subscriptions: number;
            /** @description mrr by customer */
            average: string;
        };
        NumberingRow: {
            /** @enum {string} */
            document: "invoice" | "credit_note";
            template: string;
            /** @description What stands before the count */
            prefix: string;
            /** @description Of the issue date, which the count is of; null: it never starts anew */
            period: string | null;
            first_number: string;
            last_number: string;
            /** @description How many numbers were given; those before first_number were imported */
            given: number;
            /** @description Documents that have one of these numbers; void ones keep theirs */
            held: number;
            voided: number;
            missing_count: number;
            /** @description Numbers that no document has, up to 100, ranges as `INV-00003..INV-00007` */
            missing: string[];
            /** @description Numbers issued before a lower one, or that the counter never gave; up to 100 */
            out_of_order: string[];
            /** @description Nothing is missing or out of order, as it must be */
            complete: boolean;
            /** Format: date-time */
            last_issued_at: string;
        };
        AnomalyRow: {
            /** @enum {string} */
            kind: "amount_unusual" | "usage_stopped" | "usage_unpriced" | "usage_unresolved";
            customer_id: string | null;
            /** @description Of the customer, or the reference that the events name */
            external_id: string | null;
            subscription_id: string | null;
            invoice_id: string | null;
            /** @description Of the invoice; null: a draft, or none */
            number: string | null;
            /** @description Its code, or the type that unresolved events were sent with */
            meter: string | null;
            currency: string | null;
            /** @description An amount before tax in major units, or a number of events */
            found: string;
            expected_low: string | null;
            expected_high: string | null;
            /** @description Numbers of the invoices that this was expected from, the latest first */
            based_on: string[];
            detail: string;
        };
        StartedReconciliation: {
            job_id: string;
            reconciliation_id: string;
        };
        ReconciliationSummary: {
            id: string;
            /**
             * @description completed: every check was made or is off; incomplete: it ended, and a check failed
             * @enum {string}
             */
            state: "pending" | "completed" | "incomplete";
            checks: ("ledger" | "periods" | "usage" | "effects" | "storage" | "stripe")[];
            since: string | null;
            /** @description How each check went */
            looked: {
                /** @enum {string} */
                check: "ledger" | "periods" | "usage" | "effects" | "storage" | "stripe";
                /**
                 * @description off: switched off here; failed: reason says why
                 * @enum {string}
                 */
                outcome: "done" | "off" | "failed";
                objects: number;
                reason: string | null;
            }[];
            counts: {
                critical: number;
                error: number;
                warning: number;
            };
            job_id: string | null;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
        };
        Reconciliation: {
            id: string;
            /**
             * @description completed: every check was made or is off; incomplete: it ended, and a check failed
             * @enum {string}
             */
            state: "pending" | "completed" | "incomplete";
            checks: ("ledger" | "periods" | "usage" | "effects" | "storage" | "stripe")[];
            since: string | null;
            /** @description How each check went */
            looked: {
                /** @enum {string} */
                check: "ledger" | "periods" | "usage" | "effects" | "storage" | "stripe";
                /**
                 * @description off: switched off here; failed: reason says why
                 * @enum {string}
                 */
                outcome: "done" | "off" | "failed";
                objects: number;
                reason: string | null;
            }[];
            counts: {
                critical: number;
                error: number;
                warning: number;
            };
            job_id: string | null;
            /** Format: date-time */
            created_at: string;
            completed_at: string | null;
            /** @description Up to 1,000, by check */
            findings: components["schemas"]["ReconciliationFinding"][];
        };
        ReconciliationFinding: {
            /** @enum {string} */
            check: "ledger" | "periods" | "usage" | "effects" | "storage" | "stripe";
            /** @description The invariant (I1 to I24), or what does not agree outside */
            code: string;
            /**
             * @description critical: money or numbers are in doubt; error: something is not done
             * @enum {string}
             */
            severity: "critical" | "error" | "warning";
            subject: {
                type: string;
                id: string | null;
            };
            detail: string;
            /** @description What puts it right */
            repair: string;
        };
        Settings: {
            /**
             * @description IANA time zone name
             * @example Europe/Berlin
             */
            timezone: string;
            /**
             * @description ISO 4217
             * @example USD
             */
            default_currency: string;
            /**
             * @description BCP 47; for customers without a locale
             * @example de-DE
             */
            default_locale: string;
            invoice_number_template: string;
            credit_note_number_template: string;
            payment_terms_days: number;
            /**
             * @description ISO 8601 duration
             * @example PT1H
             */
            draft_window: string;
            /**
             * @description skip: an invoice of zero is not made. Its periods are billed, and coupons are used for them, all the same
             * @enum {string}
             */
            zero_amount_invoices: "finalize" | "skip";
            /** @enum {string} */
            tax_rounding: "line" | "line_per_tax" | "invoice_per_tax" | "invoice";
            /** @enum {string} */
            rounding_mode: "half_up" | "half_even";
            /** @description null: the paper of the customer's country */
            page_size: ("A4" | "Letter") | null;
            email_from: string | null;
            /** @description Days from the due date, negative before it */
            reminder_schedule: number[];
            /** @description So many days after its due date, or after a refund or a voided credit note left more of it to pay again, an unpaid invoice is marked uncollectible by itself, by the hour: 1 to 3650; null: never. Not while a payment is on its way or is tried again, nor for customers with reminders_paused, nor imported invoices */
            uncollectible_after_days: number | null;
            brand: {
                name: string;
                address: {
                    line1?: string;
                    line2?: string;
                    city?: string;
                    state?: string;
                    postal_code?: string;
                    country?: string;
                };
                tax_id: string | null;
                /** @description data: URL of a PNG, JPEG or SVG */
                logo: string | null;
                color: string | null;
                footer: string | null;
            };
            version: number;
        };
        Template: {
            /** @enum {string} */
            kind: "invoice_pdf" | "credit_note_pdf" | "invoice_mail" | "credit_note_mail" | "reminder_mail";
            /**
             * @description Instead of the brand's
             * @example #0b5c8a
             */
            color: string | null;
            /** @description By language, or any; then by field. Values are named in braces. */
            texts: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /** @description Words for a unit, as its meter names it: by language, then by plural category of CLDR */
            units: {
                [key: string]: {
                    [key: string]: {
                        [key: string]: string;
                    };
                };
            };
            fields: string[];
            values: string[];
            version: number;
            created_at: string | null;
        };
        MailPreview: {
            subject: string;
            html: string;
            text: string;
        };
        NewApiKey: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "operator" | "ingest" | "reader";
            last_four: string;
            expires_at: string | null;
            revoked_at: string | null;
            last_used_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Shown here once; null when the answer is replayed */
            key: string | null;
        };
        ApiKey: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "operator" | "ingest" | "reader";
            last_four: string;
            expires_at: string | null;
            revoked_at: string | null;
            last_used_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        RotatedApiKey: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "operator" | "ingest" | "reader";
            last_four: string;
            expires_at: string | null;
            revoked_at: string | null;
            last_used_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description Shown here once; null when the answer is replayed */
            key: string | null;
            /** @description The old key, and when it ends */
            replaced: components["schemas"]["ApiKey"];
        };
        AuditEntry: {
            id: string;
            /** @description X-Actor with the key that sent it, a command's user, or a part of Billwright */
            actor: string;
            /** @description What was done, such as customer.update */
            action: string;
            target_type: string;
            target_id: string;
            reason: string | null;
            request_id: string | null;
            address: string | null;
            /** @description What the change replaced, as it was stored */
            before: unknown;
            after: unknown;
            /** Format: date-time */
            created_at: string;
            /** @description Null for the seconds until the entry is bound to those before it */
            chain: {
                /** @description Place in the chain, from 1 without gaps */
                sequence: number;
                /** @description SHA-256, hex, over the link before and the entry */
                hash: string;
            } | null;
        };
        AuditVerdict: {
            intact: boolean;
            /** @description How many links hold, counted from the first */
            links: number;
            /** @description The last link that holds. Keep it elsewhere: it proves later that nothing before it was rewritten */
            head: {
                /** @description Place in the chain, from 1 without gaps */
                sequence: number;
                /** @description SHA-256, hex, over the link before and the entry */
                hash: string;
            };
            breach: {
                /** @description Place in the chain, from 1 without gaps */
                sequence: number;
                audit_log_id: string | null;
                /**
                 * @description gap: a link is missing. order: it stands on another link. content: its entry was changed. head: it is not the one that was noted
                 * @enum {string}
                 */
                reason: "gap" | "order" | "content" | "head";
            } | null;
            unchained: {
                entries: number;
                oldest: string | null;
            };
        };
        NewWebhookEndpoint: {
            id: string;
            url: string;
            description: string | null;
            event_types: string[];
            enabled: boolean;
            /** @description By you, or by Billwright when nothing reached it for three days or it answered 410 */
            disabled_reason: string | null;
            disabled_at: string | null;
            version: number;
            /** Format: date-time */
            created_at: string;
            /** @description Signs the messages (Standard Webhooks). Shown here once; null when the answer is replayed */
            secret: string | null;
        };
        WebhookEndpoint: {
            id: string;
            url: string;
            description: string | null;
            event_types: string[];
            enabled: boolean;
            /** @description By you, or by Billwright when nothing reached it for three days or it answered 410 */
            disabled_reason: string | null;
            disabled_at: string | null;
            version: number;
            /** Format: date-time */
            created_at: string;
        };
        WebhookDelivery: {
            id: string;
            webhook_endpoint: string;
            /** @description The webhook-id of the message */
            event: string;
            event_type: string;
            /**
             * @description pending: it is sent or tried again; failed: after the last try; dropped: the endpoint was off
             * @enum {string}
             */
            state: "pending" | "delivered" | "failed" | "dropped";
            attempts: number;
            /** @description HTTP status of the last answer; null: nobody answered */
            last_status: number | null;
            last_error: string | null;
            next_attempt_at: string | null;
            delivered_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        WholeWebhookDelivery: {
            id: string;
            webhook_endpoint: string;
            /** @description The webhook-id of the message */
            event: string;
            event_type: string;
            /**
             * @description pending: it is sent or tried again; failed: after the last try; dropped: the endpoint was off
             * @enum {string}
             */
            state: "pending" | "delivered" | "failed" | "dropped";
            attempts: number;
            /** @description HTTP status of the last answer; null: nobody answered */
            last_status: number | null;
            last_error: string | null;
            next_attempt_at: string | null;
            delivered_at: string | null;
            /** Format: date-time */
            created_at: string;
            /** @description What is sent, word for word; null before the first try */
            body: string | null;
            tries: {
                attempt_no: number;
                status: number | null;
                error: string | null;
                /** @description The beginning of what came back */
                answer: string | null;
                duration_ms: number;
                /** Format: date-time */
                created_at: string;
            }[];
        };
        ReceivedWebhook: {
            received: boolean;
            duplicate: boolean;
        };
        Readiness: {
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
            components: {
                database: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
                queue: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
            };
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded" | "down";
            uptime_seconds: number;
            components: {
                database: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
                queue: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
                storage: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
                stripe: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
                schedules: {
                    /** @enum {string} */
                    status: "ok" | "degraded" | "down";
                    detail: string | null;
                    /** @description When this process first found it so; it looks whenever it is asked */
                    since: string;
                };
            };
        };
    };
    responses: {
        /** @description RFC 9457 */
        Problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    post_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UsageEvent"] | components["schemas"]["UsageEvent"][] | {
                    events: components["schemas"]["UsageEvent"][];
                };
                "application/cloudevents+json": components["schemas"]["UsageEvent"] | components["schemas"]["UsageEvent"][] | {
                    events: components["schemas"]["UsageEvent"][];
                };
                "application/cloudevents-batch+json": components["schemas"]["UsageEvent"] | components["schemas"]["UsageEvent"][] | {
                    events: components["schemas"]["UsageEvent"][];
                };
                "application/x-ndjson": string;
                "application/ndjson": string;
                "application/jsonl": components["schemas"]["UsageEvent"] | components["schemas"]["UsageEvent"][] | {
                    events: components["schemas"]["UsageEvent"][];
                };
                "application/x-jsonlines": components["schemas"]["UsageEvent"] | components["schemas"]["UsageEvent"][] | {
                    events: components["schemas"]["UsageEvent"][];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IngestAnswer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_usage: {
        parameters: {
            query: {
                /**
                 * @description Id or external id
                 * @example acme
                 */
                customer: string;
                /**
                 * @description Id or code
                 * @example api_calls
                 */
                meter: string;
                /**
                 * @description Default: the start of the current month in UTC
                 * @example 2026-02-01T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Exclusive; default: now
                 * @example 2026-03-01T00:00:00Z
                 */
                to?: string;
                window?: "hour" | "day" | "month";
                /** @description Where days and months begin; default: the tenant's */
                timezone?: string;
                /** @description Some of the properties that the meter groups by, with commas; empty: no groups; default: all */
                group_by?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_events_import: {
        parameters: {
            query?: {
                /**
                 * @description field=column,...: where the event's fields come from; :text is a constant, in NDJSON a.b is a path. Default: the API's own names
                 * @example customer=org_id,timestamp=ts,event_type=:api_calls,value=n,id=row_id
                 */
                map?: string;
                /**
                 * @description Of times without offset
                 * @example Asia/Kolkata
                 */
                timezone?: string;
                /** @description Default: by Content-Type; needed for application/gzip */
                format?: "csv" | "ndjson";
                /**
                 * @description For people, and in rejects
                 * @example march.csv
                 */
                file_name?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/csv": string;
                "application/x-ndjson": string;
                "application/gzip": string;
                "multipart/form-data": string;
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The import */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedImport"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_events_imports: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @example running */
                state?: "pending" | "running" | "completed" | "failed";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["EventImport"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_events_imports_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example imp_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventImportDetail"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_events_imports_id_rejects: {
        parameters: {
            query?: {
                /** @description How many to leave out */
                after?: number;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example imp_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description The next ones, when there are more */
                    Link?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers: {
        parameters: {
            query?: {
                /**
                 * @description How many, 1 to 100
                 * @example 20
                 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                status?: "active" | "inactive";
                external_id?: string;
                email?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Customer"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_customers: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    external_id?: string | null;
                    email?: string | null;
                    /** @enum {string} */
                    status?: "active" | "inactive";
                    currency?: string | null;
                    timezone?: string | null;
                    locale?: string | null;
                    billing_address?: {
                        line1?: string;
                        line2?: string;
                        city?: string;
                        state?: string;
                        postal_code?: string;
                        country?: string;
                    };
                    tax_ids?: string[];
                    /** @description ids or codes, in order */
                    tax_rate_ids?: string[];
                    /** @enum {string} */
                    tax_status?: "taxable" | "exempt" | "reverse_charge";
                    invoice_number_prefix?: string | null;
                    payment_terms_days?: number | null;
                    /** @description No reminders of unpaid invoices, whatever reminder_schedule says; nor are they given up by uncollectible_after_days */
                    reminders_paused?: boolean;
                    /** @description When the run of the month before starts for this customer alone; the tenant's own scheduled runs leave it out while this is enabled. What falls due is billed within a minute all the same. Null: with the tenant's */
                    schedule?: {
                        /** @description Six fields, seconds first, such as "0 0 6 1 * *" */
                        cron: string;
                        /**
                         * @description IANA time zone name
                         * @default UTC
                         * @example Europe/Berlin
                         */
                        timezone?: string;
                        /** @default true */
                        enabled?: boolean;
                    } | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    delete_customers_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_customers_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    external_id?: string | null;
                    email?: string | null;
                    /** @enum {string} */
                    status?: "active" | "inactive";
                    currency?: string | null;
                    timezone?: string | null;
                    locale?: string | null;
                    billing_address?: {
                        line1?: string;
                        line2?: string;
                        city?: string;
                        state?: string;
                        postal_code?: string;
                        country?: string;
                    };
                    tax_ids?: string[];
                    /** @description ids or codes, in order */
                    tax_rate_ids?: string[];
                    /** @enum {string} */
                    tax_status?: "taxable" | "exempt" | "reverse_charge";
                    invoice_number_prefix?: string | null;
                    payment_terms_days?: number | null;
                    /** @description No reminders of unpaid invoices, whatever reminder_schedule says; nor are they given up by uncollectible_after_days */
                    reminders_paused?: boolean;
                    /** @description When the run of the month before starts for this customer alone; the tenant's own scheduled runs leave it out while this is enabled. What falls due is billed within a minute all the same. Null: with the tenant's */
                    schedule?: {
                        /** @description Six fields, seconds first, such as "0 0 6 1 * *" */
                        cron: string;
                        /**
                         * @description IANA time zone name
                         * @default UTC
                         * @example Europe/Berlin
                         */
                        timezone?: string;
                        /** @default true */
                        enabled?: boolean;
                    } | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers_id_payment_methods: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["PaymentMethod"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_customers_id_payment_methods: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example acme */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The provider's word: card, sepa_debit, ... */
                    type: string;
                    /** @enum {string} */
                    provider?: "stripe";
                    provider_id: string;
                    is_default?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentMethod"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    delete_customers_id_payment_methods_payment_method: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example acme */
                id: string;
                /** @example pm_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                payment_method: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Forgotten */
            204: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_coupons: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Coupon"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_coupons: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string & (unknown & unknown);
                    name: string;
                    /**
                     * Format: decimal
                     * @description Percent: "20" takes off 20 %
                     * @example 12.5
                     */
                    percent_off?: string;
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount_off?: string;
                    /**
                     * @description Of amount_off: it discounts invoices in this currency only
                     * @example USD
                     */
                    currency?: string;
                    /**
                     * @description Counted in periods of a subscription: changes within a period take part in its use
                     * @enum {string}
                     */
                    duration: "once" | "repeating" | "forever";
                    /** @description Periods that a repeating coupon discounts */
                    duration_periods?: number;
                    /** @description Codes of prices; none: all lines */
                    applies_to?: (string & (unknown & unknown))[];
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Coupon"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers_id_coupons: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example cus_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CustomerCoupon"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_customers_id_coupons: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example cus_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or code */
                    coupon: string;
                    /** @description Only for this one of its subscriptions */
                    subscription?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerCoupon"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers_id_credits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example cus_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Credit"][];
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_customers_id_credits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example cus_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount: string;
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    currency: string;
                    /** @description Lowest is used first; default 0 */
                    priority?: number;
                    expires_at?: string | null;
                    /** @description What the customer paid outside per unit of credit: "1" is prepaid in full, unset is given away */
                    cost_basis?: string | null;
                    reason?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credit"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_customers_id_balance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example cus_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerBalance"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_meters: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                event_type?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Meter"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_meters: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string & (unknown & unknown);
                    name: string;
                    /** @enum {string} */
                    aggregation: "count" | "sum" | "max" | "min" | "unique_count" | "latest" | "weighted_sum" | "percentile";
                    /** @description Default: the code; several meters may share one */
                    event_type?: string;
                    value_property?: string | null;
                    percentile?: number | null;
                    operation_property?: string | null;
                    carry_over?: boolean;
                    /** @enum {string} */
                    negative?: "keep" | "floor";
                    filters?: {
                        property: string;
                        /** @enum {string} */
                        op: "in" | "not_in" | "exists";
                        values?: string[];
                    }[];
                    group_by?: string[];
                    unit?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_meters_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example api_calls */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_meters_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example api_calls */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** @enum {string} */
                    aggregation?: "count" | "sum" | "max" | "min" | "unique_count" | "latest" | "weighted_sum" | "percentile";
                    /** @description Default: the code; several meters may share one */
                    event_type?: string;
                    value_property?: string | null;
                    percentile?: number | null;
                    operation_property?: string | null;
                    carry_over?: boolean;
                    /** @enum {string} */
                    negative?: "keep" | "floor";
                    filters?: {
                        property: string;
                        /** @enum {string} */
                        op: "in" | "not_in" | "exists";
                        values?: string[];
                    }[];
                    group_by?: string[];
                    unit?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Meter"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_plans: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                include_archived?: "true" | "false";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Plan"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_plans: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string & (unknown & unknown);
                    name: string;
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    currency: string;
                    interval: {
                        /** @enum {string} */
                        unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                        count: number;
                    };
                    trial_days?: number;
                    minimum_commitment?: string | null;
                    maximum_amount?: string | null;
                    prices: {
                        code: string & (unknown & unknown);
                        name: string;
                        /** @enum {string} */
                        kind: "recurring" | "usage" | "one_time";
                        /** @description Code or id of the meter; usage prices only */
                        meter?: string;
                        /** @description Default: the plan's */
                        interval?: {
                            /** @enum {string} */
                            unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                            count: number;
                        };
                        /**
                         * @description Default: in_arrears
                         * @enum {string}
                         */
                        billing?: "in_advance" | "in_arrears";
                        /**
                         * @description How a part of a period is shared. Default: second
                         * @enum {string}
                         */
                        proration?: "second" | "day" | "none";
                        /** @enum {string} */
                        charge_model: "flat" | "per_unit" | "package" | "graduated" | "volume" | "stairstep" | "percentage" | "graduated_percentage" | "dynamic";
                        flat?: {
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                        };
                        per_unit?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            unit_amount: string;
                        };
                        /** @description An amount for each started package, or each full one when rounding is down */
                        package?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            size: string;
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                            /** @enum {string} */
                            rounding?: "up" | "down";
                        };
                        /** @description Each tier prices the units that fall into it */
                        graduated?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached prices every unit */
                        volume?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached costs its flat amount, and nothing else */
                        stairstep?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @example 100.00
                                 */
                                flat_amount: string;
                            }[];
                        };
                        /** @description A percent of each event's value, in order of (time, id) */
                        percentage?: {
                            /**
                             * Format: decimal
                             * @description Percent: 1.3 is 1.3 %
                             * @example 1.3
                             */
                            rate: string;
                            /** @description Of each event that is not free */
                            fixed_amount?: string | null;
                            /** @description Whichever of free_events and free_amount is used up first ends both */
                            free_events?: (number | string) | null;
                            free_amount?: string | null;
                            minimum_per_event?: string | null;
                            maximum_per_event?: string | null;
                        };
                        /** @description Each tier takes its percent of what falls into it */
                        graduated_percentage?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @description Percent: 1.3 is 1.3 %
                                 * @example 1.3
                                 */
                                rate: string;
                                flat_amount?: string | null;
                            }[];
                        };
                        /** @description Each event carries its own amount, in major units, in this property */
                        dynamic?: {
                            amount_property: string;
                        };
                        /**
                         * Format: decimal
                         * @description Seats, when the subscription names none
                         * @example 12.5
                         */
                        quantity?: string;
                        /**
                         * Format: decimal
                         * @description In metered units, before transform_quantity
                         * @example 12.5
                         */
                        included_units?: string;
                        /**
                         * @description deduct (default): they leave the quantity; free_tier: a free tier that moves the others up
                         * @enum {string}
                         */
                        included_mode?: "deduct" | "free_tier";
                        /**
                         * @description Priced units = metered units divided, then rounded; tiers count priced units
                         * @example {
                         *       "divide_by": "1000",
                         *       "round": "up"
                         *     }
                         */
                        transform_quantity?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            divide_by: string;
                            /** @enum {string} */
                            round: "up" | "down" | "none";
                        };
                        /**
                         * @description mirror (default): less than nothing costs the negative of its mirror image; zero: nothing
                         * @enum {string}
                         */
                        negative_quantity?: "mirror" | "zero";
                        /**
                         * @description Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed
                         * @example {
                         *       "window": "day",
                         *       "group_by": [
                         *         "region"
                         *       ]
                         *     }
                         */
                        rate_per?: {
                            window?: ("hour" | "day") | null;
                            group_by?: string[];
                        };
                        /** @description Allowances, tiers and the maximum shrink with a part of a period; default: false */
                        prorate_allowances?: boolean;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        minimum_amount?: string;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        maximum_amount?: string;
                        /** @enum {string} */
                        zero_usage?: "first_tier" | "nothing";
                        /**
                         * @description inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says
                         * @enum {string}
                         */
                        tax_behavior?: "exclusive" | "inclusive";
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_plans_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example team */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_plans_id_versions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example team */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    currency: string;
                    interval: {
                        /** @enum {string} */
                        unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                        count: number;
                    };
                    trial_days?: number;
                    minimum_commitment?: string | null;
                    maximum_amount?: string | null;
                    prices: {
                        code: string & (unknown & unknown);
                        name: string;
                        /** @enum {string} */
                        kind: "recurring" | "usage" | "one_time";
                        /** @description Code or id of the meter; usage prices only */
                        meter?: string;
                        /** @description Default: the plan's */
                        interval?: {
                            /** @enum {string} */
                            unit: "day" | "week" | "month" | "quarter" | "half_year" | "year";
                            count: number;
                        };
                        /**
                         * @description Default: in_arrears
                         * @enum {string}
                         */
                        billing?: "in_advance" | "in_arrears";
                        /**
                         * @description How a part of a period is shared. Default: second
                         * @enum {string}
                         */
                        proration?: "second" | "day" | "none";
                        /** @enum {string} */
                        charge_model: "flat" | "per_unit" | "package" | "graduated" | "volume" | "stairstep" | "percentage" | "graduated_percentage" | "dynamic";
                        flat?: {
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                        };
                        per_unit?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            unit_amount: string;
                        };
                        /** @description An amount for each started package, or each full one when rounding is down */
                        package?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            size: string;
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                            /** @enum {string} */
                            rounding?: "up" | "down";
                        };
                        /** @description Each tier prices the units that fall into it */
                        graduated?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached prices every unit */
                        volume?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached costs its flat amount, and nothing else */
                        stairstep?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @example 100.00
                                 */
                                flat_amount: string;
                            }[];
                        };
                        /** @description A percent of each event's value, in order of (time, id) */
                        percentage?: {
                            /**
                             * Format: decimal
                             * @description Percent: 1.3 is 1.3 %
                             * @example 1.3
                             */
                            rate: string;
                            /** @description Of each event that is not free */
                            fixed_amount?: string | null;
                            /** @description Whichever of free_events and free_amount is used up first ends both */
                            free_events?: (number | string) | null;
                            free_amount?: string | null;
                            minimum_per_event?: string | null;
                            maximum_per_event?: string | null;
                        };
                        /** @description Each tier takes its percent of what falls into it */
                        graduated_percentage?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @description Percent: 1.3 is 1.3 %
                                 * @example 1.3
                                 */
                                rate: string;
                                flat_amount?: string | null;
                            }[];
                        };
                        /** @description Each event carries its own amount, in major units, in this property */
                        dynamic?: {
                            amount_property: string;
                        };
                        /**
                         * Format: decimal
                         * @description Seats, when the subscription names none
                         * @example 12.5
                         */
                        quantity?: string;
                        /**
                         * Format: decimal
                         * @description In metered units, before transform_quantity
                         * @example 12.5
                         */
                        included_units?: string;
                        /**
                         * @description deduct (default): they leave the quantity; free_tier: a free tier that moves the others up
                         * @enum {string}
                         */
                        included_mode?: "deduct" | "free_tier";
                        /**
                         * @description Priced units = metered units divided, then rounded; tiers count priced units
                         * @example {
                         *       "divide_by": "1000",
                         *       "round": "up"
                         *     }
                         */
                        transform_quantity?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            divide_by: string;
                            /** @enum {string} */
                            round: "up" | "down" | "none";
                        };
                        /**
                         * @description mirror (default): less than nothing costs the negative of its mirror image; zero: nothing
                         * @enum {string}
                         */
                        negative_quantity?: "mirror" | "zero";
                        /**
                         * @description Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed
                         * @example {
                         *       "window": "day",
                         *       "group_by": [
                         *         "region"
                         *       ]
                         *     }
                         */
                        rate_per?: {
                            window?: ("hour" | "day") | null;
                            group_by?: string[];
                        };
                        /** @description Allowances, tiers and the maximum shrink with a part of a period; default: false */
                        prorate_allowances?: boolean;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        minimum_amount?: string;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        maximum_amount?: string;
                        /** @enum {string} */
                        zero_usage?: "first_tier" | "nothing";
                        /**
                         * @description inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says
                         * @enum {string}
                         */
                        tax_behavior?: "exclusive" | "inclusive";
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_plans_id_archive: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example team */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_tax_rates: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["TaxRate"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_tax_rates: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    code: string & (unknown & unknown);
                    name: string;
                    /**
                     * Format: decimal
                     * @description Percent: "19" is 19 %
                     * @example 19
                     */
                    percentage: string;
                    inclusive?: boolean;
                    jurisdiction?: string | null;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaxRate"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_test_clocks: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Where it begins; default: the tenant's present time
                     */
                    now?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        now: string;
                        /** @description Where it was last told to go */
                        target: string;
                        /** @enum {string} */
                        state: "ready" | "advancing";
                        created_at: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_test_clocks_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example clk_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        now: string;
                        /** @description Where it was last told to go */
                        target: string;
                        /** @enum {string} */
                        state: "ready" | "advancing";
                        created_at: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_test_clocks_id_advance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example clk_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Later than where it stands
                     */
                    to: string;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that advances it */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        now: string;
                        /** @description Where it was last told to go */
                        target: string;
                        /** @enum {string} */
                        state: "ready" | "advancing";
                        created_at: string;
                        job_id: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_subscriptions: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /**
                 * @description Id or external id
                 * @example acme
                 */
                customer?: string;
                /** @description Id or code */
                plan?: string;
                status?: "scheduled" | "trialing" | "active" | "past_due" | "paused" | "canceled" | "ended";
                parked?: "true" | "false";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Subscription"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or external id */
                    customer: string;
                    /** @description Id or code; its newest version */
                    plan: string;
                    /**
                     * Format: date-time
                     * @description Default: now
                     */
                    starts_at?: string;
                    /** @description Default: calendar */
                    anchor?: string | {
                        day: number;
                    };
                    /**
                     * @description Default: the customer's, else the tenant's
                     * @example Europe/Berlin
                     */
                    timezone?: string;
                    /** @description null: no trial; unset: the plan's */
                    trial_ends_at?: string | null;
                    ends_at?: string | null;
                    /** @description Seats by price code */
                    quantities?: {
                        [key: string]: string;
                    };
                    price_overrides?: {
                        price: string;
                        name?: string;
                        /** @enum {string} */
                        charge_model?: "flat" | "per_unit" | "package" | "graduated" | "volume" | "stairstep" | "percentage" | "graduated_percentage" | "dynamic";
                        flat?: {
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                        };
                        per_unit?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            unit_amount: string;
                        };
                        /** @description An amount for each started package, or each full one when rounding is down */
                        package?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            size: string;
                            /**
                             * Format: decimal
                             * @example 100.00
                             */
                            amount: string;
                            /** @enum {string} */
                            rounding?: "up" | "down";
                        };
                        /** @description Each tier prices the units that fall into it */
                        graduated?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached prices every unit */
                        volume?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                unit_amount?: string | null;
                                /** @description Added once the tier is entered (volume: reached) */
                                flat_amount?: string | null;
                                /** @description unit_amount is then for each started package of this size */
                                package_size?: string | null;
                            }[];
                        };
                        /** @description The tier reached costs its flat amount, and nothing else */
                        stairstep?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @example 100.00
                                 */
                                flat_amount: string;
                            }[];
                        };
                        /** @description A percent of each event's value, in order of (time, id) */
                        percentage?: {
                            /**
                             * Format: decimal
                             * @description Percent: 1.3 is 1.3 %
                             * @example 1.3
                             */
                            rate: string;
                            /** @description Of each event that is not free */
                            fixed_amount?: string | null;
                            /** @description Whichever of free_events and free_amount is used up first ends both */
                            free_events?: (number | string) | null;
                            free_amount?: string | null;
                            minimum_per_event?: string | null;
                            maximum_per_event?: string | null;
                        };
                        /** @description Each tier takes its percent of what falls into it */
                        graduated_percentage?: {
                            tiers: {
                                /**
                                 * @description The tier holds (previous up_to, up_to]; null: the last tier
                                 * @example 1000
                                 * @example null
                                 */
                                up_to: string | null;
                                /**
                                 * Format: decimal
                                 * @description Percent: 1.3 is 1.3 %
                                 * @example 1.3
                                 */
                                rate: string;
                                flat_amount?: string | null;
                            }[];
                        };
                        /** @description Each event carries its own amount, in major units, in this property */
                        dynamic?: {
                            amount_property: string;
                        };
                        /**
                         * Format: decimal
                         * @description Seats, when the subscription names none
                         * @example 12.5
                         */
                        quantity?: string;
                        /**
                         * Format: decimal
                         * @description In metered units, before transform_quantity
                         * @example 12.5
                         */
                        included_units?: string;
                        /**
                         * @description deduct (default): they leave the quantity; free_tier: a free tier that moves the others up
                         * @enum {string}
                         */
                        included_mode?: "deduct" | "free_tier";
                        /**
                         * @description Priced units = metered units divided, then rounded; tiers count priced units
                         * @example {
                         *       "divide_by": "1000",
                         *       "round": "up"
                         *     }
                         */
                        transform_quantity?: {
                            /**
                             * Format: decimal
                             * @example 12.5
                             */
                            divide_by: string;
                            /** @enum {string} */
                            round: "up" | "down" | "none";
                        };
                        /**
                         * @description mirror (default): less than nothing costs the negative of its mirror image; zero: nothing
                         * @enum {string}
                         */
                        negative_quantity?: "mirror" | "zero";
                        /**
                         * @description Each window (UTC hour, day in the subscription's zone) and group is rated alone, then summed
                         * @example {
                         *       "window": "day",
                         *       "group_by": [
                         *         "region"
                         *       ]
                         *     }
                         */
                        rate_per?: {
                            window?: ("hour" | "day") | null;
                            group_by?: string[];
                        };
                        /** @description Allowances, tiers and the maximum shrink with a part of a period; default: false */
                        prorate_allowances?: boolean;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        minimum_amount?: string;
                        /**
                         * Format: decimal
                         * @example 100.00
                         */
                        maximum_amount?: string;
                        /** @enum {string} */
                        zero_usage?: "first_tier" | "nothing";
                        /**
                         * @description inclusive: its amounts contain the customer's taxes; exclusive: they are added. It beats what the tax rates say; unset: as each rate says
                         * @enum {string}
                         */
                        tax_behavior?: "exclusive" | "inclusive";
                    }[];
                    payment_method?: string | null;
                    /** @enum {string} */
                    collection?: "charge_automatically" | "send_invoice";
                    /** @description Id or code: it discounts this subscription's invoices */
                    coupon?: string;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_subscriptions_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_subscriptions_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    anchor?: string | {
                        day: number;
                    };
                    /**
                     * @description IANA time zone name
                     * @example Europe/Berlin
                     */
                    timezone?: string;
                    payment_method?: string | null;
                    /** @enum {string} */
                    collection?: "charge_automatically" | "send_invoice";
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_unpark: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_subscriptions_id_usage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionUsage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_subscriptions_id_coverage: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubscriptionCoverage"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_subscriptions_id_periods: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                from?: string;
                to?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["SubscriptionPeriod"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_change: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or code; its newest version. The own plan moves to its newest version */
                    plan?: string;
                    /** @description Seats by price code; the others stay */
                    quantities?: {
                        [key: string]: string;
                    };
                    /** @description Default: now. period_end: with the boundary that ends the running period */
                    at?: ("now" | "period_end") | string;
                    /**
                     * @description Default: as each price says. none: no credit and no charge now; fees change where their running period ends
                     * @enum {string}
                     */
                    proration?: "second" | "day" | "none";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_change_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or code; its newest version. The own plan moves to its newest version */
                    plan?: string;
                    /** @description Seats by price code; the others stay */
                    quantities?: {
                        [key: string]: string;
                    };
                    /** @description Default: now. period_end: with the boundary that ends the running period */
                    at?: ("now" | "period_end") | string;
                    /**
                     * @description Default: as each price says. none: no credit and no charge now; fees change where their running period ends
                     * @enum {string}
                     */
                    proration?: "second" | "day" | "none";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Default: period_end */
                    at?: ("now" | "period_end") | string;
                    /**
                     * @description Default: none. prorated: what was paid in advance and is not used comes back
                     * @enum {string}
                     */
                    refund?: "none" | "prorated";
                    /**
                     * @description Default: bill. Usage since the last boundary
                     * @enum {string}
                     */
                    final_usage?: "bill" | "drop";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_cancel_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Default: period_end */
                    at?: ("now" | "period_end") | string;
                    /**
                     * @description Default: none. prorated: what was paid in advance and is not used comes back
                     * @enum {string}
                     */
                    refund?: "none" | "prorated";
                    /**
                     * @description Default: bill. Usage since the last boundary
                     * @enum {string}
                     */
                    final_usage?: "bill" | "drop";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangePreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_reactivate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_pause: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_subscriptions_id_resume: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example sub_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Subscription"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_invoices: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Its id or external_id */
                customer_id?: string;
                subscription_id?: string;
                invoice_type?: "subscription" | "one_off" | "credit";
                invoice_status?: "draft" | "finalized" | "voided";
                payment_status?: "pending" | "succeeded" | "failed";
                /** @example open */
                status?: "draft" | "void" | "uncollectible" | "paid" | "overdue" | "partially_paid" | "sent" | "open";
                /** @description Issued at or after */
                start_time?: string;
                /** @description Issued before */
                end_time?: string;
                number?: string;
                /** @description csv: a table, up to 10,000 invoices */
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["InvoiceSummary"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or external id */
                    customer_id: string;
                    /** @description What it is about; no period of it is claimed */
                    subscription_id?: string;
                    /** @enum {string} */
                    invoice_type?: "one_off" | "subscription";
                    /**
                     * @description Default: the customer's, then the tenant's
                     * @example USD
                     */
                    currency?: string;
                    /**
                     * Format: decimal
                     * @description One line of exactly this, with nothing on top; not beside lines
                     * @example 100.00
                     */
                    amount_due?: string;
                    lines?: components["schemas"]["ManualInvoiceLine"][];
                    /** @description Ids or codes: each discounts this invoice, in this order; none is held or used up by it. Not beside amount_due */
                    coupons?: string[];
                    /** @description Printed on it */
                    description?: string;
                    /**
                     * Format: date-time
                     * @description Default: the payment terms, from the day of issue
                     */
                    due_date?: string;
                    billing_reason?: string;
                    /** @description Kept on the invoice; unique */
                    idempotency_key?: string;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                    /** @description Issue it at once; default: it stays a draft */
                    finalize?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_invoices_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_invoices_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    description?: string | null;
                    due_date?: string | null;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                    /** @description All lines anew */
                    lines?: components["schemas"]["ManualInvoiceLine"][];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_invoices_id_pdf: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    /** @description SHA-256 of the bytes */
                    ETag?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_invoices_id_pdf_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoicePdfLink"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    put_invoices_id_payment: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    payment_status: "succeeded" | "failed" | "pending";
                    /**
                     * Format: decimal
                     * @example 100.00
                     */
                    amount?: string;
                    currency?: string;
                    reference?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_finalize: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_refresh: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RefreshedInvoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Id or external id */
                    customer_id?: string;
                    /** @description What it is about; no period of it is claimed */
                    subscription_id?: string;
                    /** @enum {string} */
                    invoice_type?: "one_off" | "subscription";
                    /**
                     * @description Default: the customer's, then the tenant's
                     * @example USD
                     */
                    currency?: string;
                    /**
                     * Format: decimal
                     * @description One line of exactly this, with nothing on top; not beside lines
                     * @example 100.00
                     */
                    amount_due?: string;
                    lines?: components["schemas"]["ManualInvoiceLine"][];
                    /** @description Ids or codes: each discounts this invoice, in this order; none is held or used up by it. Not beside amount_due */
                    coupons?: string[];
                    /** @description Printed on it */
                    description?: string;
                    /**
                     * Format: date-time
                     * @description Default: the payment terms, from the day of issue
                     */
                    due_date?: string;
                    billing_reason?: string;
                    /** @description Kept on the invoice; unique */
                    idempotency_key?: string;
                    metadata?: {
                        [key: string]: string | number | boolean | null;
                    };
                    /** @description Issue it at once; default: it stays a draft */
                    finalize?: boolean;
                    /** @description sub_...; else the body of POST /v1/invoices */
                    subscription?: string;
                    /**
                     * Format: date-time
                     * @description With period_end: a period of the subscription
                     */
                    period_start?: string;
                    /**
                     * Format: date-time
                     * @description Exclusive
                     */
                    period_end?: string;
                    /**
                     * Format: date-time
                     * @description Without a period: the one that holds this instant; default now
                     */
                    as_of?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoicePreview"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_generate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description sub_... */
                    subscription: string;
                    /** @description RFC 3339, or a local date or date-time of options.timezone */
                    period_start: string;
                    /** @description RFC 3339, or a local date or date-time of options.timezone */
                    period_end: string;
                    /** @description The same key is the same job; kept on the invoice */
                    idempotency_key?: string;
                    options?: {
                        /** @description Answer 200 with the preview at once, and write nothing */
                        preview?: boolean;
                        /** @description As preview */
                        skip_persist?: boolean;
                        /**
                         * @description Of local times above; default: the subscription's
                         * @example Europe/Berlin
                         */
                        timezone?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that bills it */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedInvoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_import: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    invoices: components["schemas"]["ImportedInvoice"][];
                    /** @description Says what would be imported, or is wrong, and changes nothing */
                    dry_run?: boolean;
                    /** @description Takes a number whose count is more than 100000 above the next lower one of its series; the series goes on after it */
                    allow_number_gap?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoiceImport"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_void: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_regenerate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_mark_uncollectible: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invoice"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_send: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that sends it */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedMail"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_invoices_id_lines_line_explain: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
                /** @example li_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                line: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LineExplanation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvoiceReplay"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_payment_links: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentLink"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    delete_invoices_id_payment_links: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_id_pay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that charges it */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedPayment"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_payments: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Its id or external_id */
                customer?: string;
                invoice?: string;
                /** @example succeeded */
                status?: "pending" | "processing" | "succeeded" | "failed" | "canceled";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Payment"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_payments_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example pay_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentDetail"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_payments_id_refund: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example pay_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: decimal
                     * @description Unset: all that can go back
                     * @example 100.00
                     */
                    amount?: string;
                    reason?: string;
                    /** @description It went back past the provider, and is only recorded */
                    outside?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that makes it; none when it is only recorded */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestedRefund"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_disputes: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Its id or external_id */
                customer?: string;
                invoice?: string;
                payment?: string;
                /** @example needs_response */
                status?: "warning_needs_response" | "warning_under_review" | "warning_closed" | "prevented" | "needs_response" | "under_review" | "won" | "lost";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Dispute"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_public_pay_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example 1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentPage"];
                    "text/html": string;
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_public_pay_token_intent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example 1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentPageIntent"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_public_pay_token_state: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example 1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaymentPageState"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_public_pay_token_pdf: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example 1f0c8a2b.pl_01jq8z5c3e7wq8m2v4t6y9r1p3.tgkzr0.3yW9w8W1vH3n1xkq2v0cVqvR6m2z8b1c4d5e6f7g8h9 */
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/pdf": string;
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            410: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_public_assets_pay_css: {
        parameters: {
            query?: {
                /** @description The tenant's colour, #rrggbb */
                color?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The style sheet */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_public_assets_pay_js: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The script */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_credit_notes: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /**
                 * @description The invoice that they correct
                 * @example inv_01jq8z5c3e7wq8m2v4t6y9r1p3
                 */
                invoice?: string;
                /** @description Its id or external_id */
                customer?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CreditNote"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_credit_notes: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    invoice: string;
                    lines?: {
                        /** @description Line of the invoice */
                        line: string;
                        /**
                         * Format: decimal
                         * @description Before discount and tax, which follow; unset: all that is left
                         * @example 100.00
                         */
                        amount?: string;
                    }[];
                    /**
                     * Format: decimal
                     * @description Instead of lines: a total, tax included, spread over all of them
                     * @example 100.00
                     */
                    amount?: string;
                    /**
                     * @description refund: owed to the customer; credit: pays its next invoices, at most what was paid of this one; offset: lowers what is left to pay
                     * @enum {string}
                     */
                    settlement: "refund" | "credit" | "offset";
                    /** @description Printed on it */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditNote"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_credit_notes_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example cn_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditNote"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_credit_notes_id_void: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example cn_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreditNote"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_billing_runs: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @example 2026-02 */
                month?: string;
                state?: "planning" | "generating" | "generated" | "completed" | "completed_with_errors";
                kind?: "month" | "due" | "legacy";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["BillingRunSummary"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_billing_runs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Every unbilled boundary up to its end, in each subscription's zone */
                    month?: string;
                    /**
                     * Format: date-time
                     * @description Every unbilled boundary up to here; default now
                     */
                    as_of?: string;
                    /** @description Ids or external ids */
                    customers?: string[];
                    /** @description Compute and report, write nothing */
                    dry_run?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that plans it */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedBillingRun"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_billing_runs_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example run_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BillingRun"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_jobs: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @example dead */
                state?: "pending" | "queued" | "running" | "succeeded" | "failed" | "dead";
                queue?: "usage-aggregation" | "invoice-generation" | "invoice-finalization" | "pdf-render" | "storage-upload" | "stripe-sync" | "payment" | "email-delivery" | "notification" | "webhook-delivery" | "test-clock";
                name?: string;
                run_id?: string;
                invoice_id?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Job"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_jobs_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example job_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_jobs_id_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example job_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_jobs_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    queue?: "usage-aggregation" | "invoice-generation" | "invoice-finalization" | "pdf-render" | "storage-upload" | "stripe-sync" | "payment" | "email-delivery" | "notification" | "webhook-delivery" | "test-clock";
                    name?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetriedJobs"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_invoices_retry_failed: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetriedInvoices"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_schedules: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Schedule"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_schedules_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example billing.month */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    put_schedules_name: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example billing.month */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Six fields, seconds first, such as "0 0 6 1 * *" */
                    cron: string;
                    /**
                     * @description IANA time zone name
                     * @default UTC
                     * @example Europe/Berlin
                     */
                    timezone?: string;
                    /** @default true */
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_ledger_entries: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                /** @description Its id or external_id */
                customer_id?: string;
                invoice_id?: string;
                kind?: string;
                /** @example receivable */
                account?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["LedgerEntry"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_ledger_trial_balance: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialBalance"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_revenue: {
        parameters: {
            query?: {
                /** @description Default: the first of the month eleven months before this one */
                from?: string;
                /** @description Exclusive; default: now */
                to?: string;
                /**
                 * @description Cut in the tenant's time zone
                 * @example month
                 */
                interval?: "month" | "day";
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["RevenueRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_collections: {
        parameters: {
            query?: {
                /** @description Default: the first of the month eleven months before this one */
                from?: string;
                /** @description Exclusive; default: now */
                to?: string;
                /**
                 * @description Cut in the tenant's time zone
                 * @example month
                 */
                interval?: "month" | "day";
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["CollectionRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_aging: {
        parameters: {
            query?: {
                /** @description Default: now */
                as_of?: string;
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AgingRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_statement: {
        parameters: {
            query: {
                /**
                 * @description Id or external id
                 * @example acme
                 */
                customer: string;
                /** @description Default: the first of the month eleven months before this one */
                from?: string;
                /** @description Exclusive; default: now */
                to?: string;
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["StatementRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_mrr: {
        parameters: {
            query?: {
                /** @description Default: now */
                as_of?: string;
                /** @description Default: a month before as_of */
                since?: string;
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["MrrRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_numbering: {
        parameters: {
            query?: {
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["NumberingRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reports_anomalies: {
        parameters: {
            query?: {
                /**
                 * @description YYYY-MM; default: the month before this one
                 * @example 2026-01
                 */
                month?: string;
                format?: "json" | "csv";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AnomalyRow"][];
                    };
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reconciliations: {
        parameters: {
            query?: {
                /**
                 * @description How many, 1 to 100
                 * @example 10
                 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ReconciliationSummary"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_reconciliations: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Default: all. ledger, periods, usage and effects hold what is stored against itself; storage asks for a sample of files and for orphans; stripe compares invoices, payments and refunds both ways */
                    checks?: ("ledger" | "periods" | "usage" | "effects" | "storage" | "stripe")[];
                    /**
                     * Format: date-time
                     * @description What was made since then, system time. Default: everything stored, a sample of files, 30 days of Stripe
                     */
                    since?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description The job that makes the report */
                    Location?: string;
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartedReconciliation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_reconciliations_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example rec_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_settings: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description IANA time zone name
                     * @example Europe/Berlin
                     */
                    timezone?: string;
                    /**
                     * @description ISO 4217
                     * @example USD
                     */
                    default_currency?: string;
                    /**
                     * @description BCP 47; for customers without a locale
                     * @example de-DE
                     */
                    default_locale?: string;
                    invoice_number_template?: string;
                    credit_note_number_template?: string;
                    payment_terms_days?: number;
                    /**
                     * @description ISO 8601 duration
                     * @example PT1H
                     */
                    draft_window?: string;
                    /**
                     * @description skip: an invoice of zero is not made. Its periods are billed, and coupons are used for them, all the same
                     * @enum {string}
                     */
                    zero_amount_invoices?: "finalize" | "skip";
                    /** @enum {string} */
                    tax_rounding?: "line" | "line_per_tax" | "invoice_per_tax" | "invoice";
                    /** @enum {string} */
                    rounding_mode?: "half_up" | "half_even";
                    /** @description null: the paper of the customer's country */
                    page_size?: ("A4" | "Letter") | null;
                    email_from?: string | null;
                    /** @description Days from the due date, negative before it */
                    reminder_schedule?: number[];
                    /** @description So many days after its due date, or after a refund or a voided credit note left more of it to pay again, an unpaid invoice is marked uncollectible by itself, by the hour: 1 to 3650; null: never. Not while a payment is on its way or is tried again, nor for customers with reminders_paused, nor imported invoices */
                    uncollectible_after_days?: number | null;
                    brand?: {
                        name?: string;
                        address?: {
                            line1?: string;
                            line2?: string;
                            city?: string;
                            state?: string;
                            postal_code?: string;
                            country?: string;
                        };
                        tax_id?: string | null;
                        /** @description data: URL of a PNG, JPEG or SVG */
                        logo?: string | null;
                        color?: string | null;
                        footer?: string | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_templates_kind: {
        parameters: {
            query?: {
                version?: number;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example invoice_pdf */
                kind: "invoice_pdf" | "credit_note_pdf" | "invoice_mail" | "credit_note_mail" | "reminder_mail";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    put_templates_kind: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example invoice_pdf */
                kind: "invoice_pdf" | "credit_note_pdf" | "invoice_mail" | "credit_note_mail" | "reminder_mail";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Instead of the brand's
                     * @example #0b5c8a
                     */
                    color?: string | null;
                    /** @description By language, or any; then by field. Values are named in braces. */
                    texts?: {
                        [key: string]: {
                            [key: string]: string;
                        };
                    };
                    /** @description Words for a unit, as its meter names it: by language, then by plural category of CLDR */
                    units?: {
                        [key: string]: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_templates_kind_preview: {
        parameters: {
            query?: {
                /** @example de-DE */
                locale?: string;
                page_size?: "A4" | "Letter";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example invoice_mail */
                kind: "invoice_pdf" | "credit_note_pdf" | "invoice_mail" | "credit_note_mail" | "reminder_mail";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The PDF; of mails their subject and bodies */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailPreview"];
                    "application/pdf": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    put_templates_kind_preview: {
        parameters: {
            query?: {
                locale?: string;
                page_size?: "A4" | "Letter";
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example invoice_mail */
                kind: "invoice_pdf" | "credit_note_pdf" | "invoice_mail" | "credit_note_mail" | "reminder_mail";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Instead of the brand's
                     * @example #0b5c8a
                     */
                    color?: string | null;
                    /** @description By language, or any; then by field. Values are named in braces. */
                    texts?: {
                        [key: string]: {
                            [key: string]: string;
                        };
                    };
                    /** @description Words for a unit, as its meter names it: by language, then by plural category of CLDR */
                    units?: {
                        [key: string]: {
                            [key: string]: {
                                [key: string]: string;
                            };
                        };
                    };
                };
            };
        };
        responses: {
            /** @description The PDF; of mails their subject and bodies */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailPreview"];
                    "application/pdf": string;
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_api_keys: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["ApiKey"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_api_keys: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {string} */
                    role: "admin" | "operator" | "ingest" | "reader";
                    /** Format: date-time */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewApiKey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_api_keys_id_rotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example key_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description How long the old key still works: an ISO 8601 duration from PT0S (at once) to P30D
                     * @default PT24H
                     */
                    overlap?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedApiKey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    delete_api_keys_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example key_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_audit_log: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                actor?: string;
                /** @example invoice.void */
                action?: string;
                target_type?: string;
                /** @description Id of what was changed, such as cus_... */
                target_id?: string;
                request_id?: string;
                /** @description Written at or after */
                from?: string;
                /** @description Written before */
                to?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["AuditEntry"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_audit_log_verify: {
        parameters: {
            query?: {
                /** @description Of a head that was noted earlier */
                sequence?: number;
                /** @description Of the same head */
                hash?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerdict"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_webhook_endpoints: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookEndpoint"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhook_endpoints: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Gets a POST for each event; https on the public internet */
                    url: string;
                    description?: string;
                    /**
                     * @description Which events; empty: all. invoice.overdue is told once per invoice, when its due date has passed and it is not paid, void or written off
                     * @default []
                     */
                    event_types?: ("customer.created" | "meter.created" | "billing_run.completed" | "billing_run.recovered" | "invoice.drafted" | "invoice.refreshed" | "invoice.finalized" | "invoice.pdf_rendered" | "invoice.pdf_stored" | "invoice.stripe_synced" | "invoice.emailed" | "invoice.paid" | "invoice.voided" | "invoice.regenerated" | "invoice.marked_uncollectible" | "invoice.reminded" | "invoice.overdue" | "credit.granted" | "credit.expired" | "credit_note.issued" | "credit_note.voided" | "invoice.payment_requested" | "stripe.look_requested" | "payment.succeeded" | "payment.failed" | "payment_link.revoked" | "refund.requested" | "refund.succeeded" | "refund.failed" | "dispute.opened" | "dispute.updated" | "dispute.closed" | "subscription.created" | "subscription.changed" | "subscription.canceled" | "subscription.reactivated" | "subscription.parked" | "subscription.paused" | "subscription.resumed" | "webhook_endpoint.disabled")[];
                };
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewWebhookEndpoint"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_webhook_endpoints_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example whe_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    delete_webhook_endpoints_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example whe_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    patch_webhook_endpoints_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
                /** @description The version that is to be changed; 409 when it moved */
                "If-Match"?: string;
            };
            path: {
                /** @example whe_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Gets a POST for each event; https on the public internet */
                    url?: string;
                    description?: string | null;
                    /** @description Which events; empty: all. invoice.overdue is told once per invoice, when its due date has passed and it is not paid, void or written off */
                    event_types?: ("customer.created" | "meter.created" | "billing_run.completed" | "billing_run.recovered" | "invoice.drafted" | "invoice.refreshed" | "invoice.finalized" | "invoice.pdf_rendered" | "invoice.pdf_stored" | "invoice.stripe_synced" | "invoice.emailed" | "invoice.paid" | "invoice.voided" | "invoice.regenerated" | "invoice.marked_uncollectible" | "invoice.reminded" | "invoice.overdue" | "credit.granted" | "credit.expired" | "credit_note.issued" | "credit_note.voided" | "invoice.payment_requested" | "stripe.look_requested" | "payment.succeeded" | "payment.failed" | "payment_link.revoked" | "refund.requested" | "refund.succeeded" | "refund.failed" | "dispute.opened" | "dispute.updated" | "dispute.closed" | "subscription.created" | "subscription.changed" | "subscription.canceled" | "subscription.reactivated" | "subscription.parked" | "subscription.paused" | "subscription.resumed" | "webhook_endpoint.disabled")[];
                    enabled?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEndpoint"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhook_endpoints_id_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example whe_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delivery_id: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhook_endpoints_id_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example whe_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    from: string;
                    /** Format: date-time */
                    to: string;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deliveries: number;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_webhook_deliveries: {
        parameters: {
            query?: {
                /** @description How many, 1 to 100 */
                limit?: number;
                /** @description next_cursor of the page before */
                cursor?: string;
                webhook_endpoint?: string;
                /** @example failed */
                state?: "pending" | "delivered" | "failed" | "dropped";
                event_type?: string;
            };
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["WebhookDelivery"][];
                        has_more: boolean;
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_webhook_deliveries_id: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example whd_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WholeWebhookDelivery"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhook_deliveries_id_retry: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
                /** @description The same key and body give the stored answer with Idempotency-Replayed: true, for 30 days */
                "Idempotency-Key"?: string;
                /** @description Who acts; goes into the audit log */
                "X-Actor"?: string;
                /** @description Why; goes into the audit log */
                "X-Reason"?: string;
            };
            path: {
                /** @example whd_01jq8z5c3e7wq8m2v4t6y9r1p3 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            202: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WholeWebhookDelivery"];
                };
            };
            400: components["responses"]["Problem"];
            401: components["responses"]["Problem"];
            403: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            409: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            429: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhooks_stripe: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceivedWebhook"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    post_webhooks_stripe_account: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path: {
                /** @example acct_1QxYz2 */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReceivedWebhook"];
                };
            };
            400: components["responses"]["Problem"];
            404: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            413: components["responses"]["Problem"];
            415: components["responses"]["Problem"];
            422: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_health_live: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        status: string;
                    };
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_health_ready: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_health: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_metrics: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_openapi_json: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_docs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
    get_docs_errors: {
        parameters: {
            query?: never;
            header?: {
                /** @description Taken, or made, and returned */
                "X-Request-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page */
            200: {
                headers: {
                    /** @description Id of this request */
                    "X-Request-ID"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["Problem"];
            405: components["responses"]["Problem"];
            500: components["responses"]["Problem"];
            503: components["responses"]["Problem"];
        };
    };
}
