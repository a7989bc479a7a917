#!/usr/bin/env python3
"""Bills the sample a second time, on its own, and writes expected.csv.

Python 3.11 or newer, standard library only; shares nothing with the product but the two data files. Time zones come
from the system's tzdata (or from the `tzdata` package). Run: python3 prisma/sample/expected_totals.py
"""
import csv
import gzip
import json
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, getcontext
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

getcontext().prec = 60
HERE = Path(__file__).parent
UTC = timezone.utc
ZERO = Decimal(0)
DECIMALS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
CLOCK = datetime(2026, 4, 1, 12, tzinfo=UTC)
MONTH_AFTER = date(2026, 4, 1)


def read(name):
    with gzip.open(HERE / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def zulu(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def to_utc(local, zone):
    """Local wall time as an instant: the first of two; after a gap, the gap's end."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    probe = moment - timedelta(hours=3)
    before = probe.astimezone(zone).utcoffset()
    while probe.astimezone(zone).utcoffset() == before:
        probe += timedelta(minutes=1)
    return probe


def month_day(year, month, day):
    """The given day of the month (months may overflow), or its last one."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day, last))


# --- when -----------------------------------------------------------------------------------------------------------

def grid_boundary(n, start, anchor, unit, zone):
    """Instant of boundary n of the grid that the subscription's start lies in."""
    local = start.astimezone(zone).date()
    if unit == "week":
        day = local - timedelta(days=local.weekday()) + timedelta(weeks=n)
    elif anchor == "calendar":
        step = {"month": 1, "quarter": 3}[unit]
        first = (local.month - 1) // step * step + 1
        day = month_day(local.year, first + step * n, 1)
    else:
        day = month_day(local.year, local.month + n, anchor["day"])
    return to_utc(datetime.combine(day, time()), zone)


def periods(subscription, unit):
    """Per period: (start, end, start of the whole grid period around it, its end), as far as anything is due."""
    zone = ZoneInfo(subscription["timezone"])
    start = instant(subscription.get("trial_ends_at") or subscription["starts_at"])
    until = min(CLOCK, to_utc(datetime.combine(MONTH_AFTER, time()), zone))
    grid = [grid_boundary(n, start, subscription["anchor"], unit, zone) for n in range(-2, 12)]
    result = []
    for whole_start, whole_end in zip(grid, grid[1:]):
        if whole_end > start and whole_start <= until:
            result.append((max(start, whole_start), whole_end, whole_start, whole_end))
    return result, until, zone


def share(period, proration, zone):
    start, end, whole_start, whole_end = period
    if proration == "none" or (start, end) == (whole_start, whole_end):
        return Decimal(1), Decimal(1)
    if proration == "day":
        days = [moment.astimezone(zone).date() for moment in period]
        return Decimal((days[1] - days[0]).days), Decimal((days[3] - days[2]).days)
    return Decimal(int((end - start).total_seconds())), Decimal(int((whole_end - whole_start).total_seconds()))


# --- how much -------------------------------------------------------------------------------------------------------

def passes(meter, properties):
    for rule in meter.get("filters", []):
        if rule["property"] not in properties:
            return False
        if rule["op"] == "in" and properties[rule["property"]] not in rule["values"]:
            return False
        if rule["op"] == "not_in" and properties[rule["property"]] in rule["values"]:
            return False
    return True


def quantities(meter, events, start, end):
    """Quantity by group; without group_by the one group is ''."""
    groups = defaultdict(list)
    for moment, event in events:
        properties = event.get("properties", {})
        if event["event_type"] != meter["event_type"] or not start <= moment < end or not passes(meter, properties):
            continue
        key = ",".join(f"{name}={properties[name]}" for name in meter.get("group_by", []))
        source = properties[meter["value_property"]] if "value_property" in meter else event.get("value", "1")
        groups[key].append((moment, Decimal(source)))
    if not groups:
        return {"": ZERO}
    measure = {
        "count": lambda rows: Decimal(len(rows)),
        "sum": lambda rows: sum((value for _, value in rows), ZERO),
        "max": lambda rows: max(value for _, value in rows),
        "latest": lambda rows: max(rows, key=lambda row: row[0])[1],
    }[meter["aggregation"]]
    return {key: measure(rows) for key, rows in groups.items()}


def tier_sum(tiers, quantity, zero_usage):
    total, lower = ZERO, ZERO
    for index, tier in enumerate(tiers):
        upper = quantity if tier["up_to"] is None else min(quantity, Decimal(tier["up_to"]))
        touched = quantity > lower or (index == 0 and zero_usage == "first_tier")
        if touched:
            total += Decimal(tier.get("flat_amount", "0"))
            total += max(upper - lower, ZERO) * Decimal(tier.get("unit_amount", "0"))
        lower = upper if tier["up_to"] is None else Decimal(tier["up_to"])
    return total


def charge(price, quantity):
    model = price["charge_model"]
    terms = price[model]
    quantity = max(quantity - Decimal(price.get("included_units", "0")), ZERO)
    if model == "flat":
        amount = Decimal(terms["amount"])
    elif model == "per_unit":
        amount = quantity * Decimal(terms["unit_amount"])
    elif model == "package":
        rounding = ROUND_CEILING if terms["rounding"] == "up" else ROUND_FLOOR
        amount = (quantity / Decimal(terms["size"])).to_integral_value(rounding) * Decimal(terms["amount"])
    elif model == "graduated":
        amount = tier_sum(terms["tiers"], quantity, price.get("zero_usage"))
    else:
        assert model == "volume" and quantity > 0
        tier = next(t for t in terms["tiers"] if t["up_to"] is None or quantity <= Decimal(t["up_to"]))
        amount = Decimal(tier.get("flat_amount", "0")) + quantity * Decimal(tier.get("unit_amount", "0"))
    if "minimum_amount" in price:
        amount = max(amount, Decimal(price["minimum_amount"]))
    if "maximum_amount" in price:
        amount = min(amount, Decimal(price["maximum_amount"]))
    return amount


def rounded_together(amounts, unit):
    """Rounds the sum once; each amount is cut, and the largest cut parts get what is still missing."""
    cut = [amount.quantize(unit, ROUND_FLOOR) for amount in amounts]
    missing = sum(amounts, ZERO).quantize(unit, ROUND_HALF_UP) - sum(cut, ZERO)
    by_largest_cut = sorted(range(len(amounts)), key=lambda n: cut[n] - amounts[n])
    for n in by_largest_cut[:int(missing / unit)]:
        cut[n] += unit
    return cut


def price_lines(price, period, book, subscription, events, zone, unit):
    """Amounts of the lines of one price in one period: exact, but for several groups, which are rounded together."""
    if price["kind"] == "usage":
        found = quantities(book["meter"][price["meter"]], events, period[0], period[1])
        amounts = [charge(price, found[group]) for group in sorted(found)]
        return amounts if len(amounts) == 1 else rounded_together(amounts, unit)
    quantity = Decimal(subscription.get("quantities", {}).get(price["code"], price.get("quantity", "1")))
    part, whole = share(period, price["proration"], zone)
    return [charge(price, quantity) * part / whole]


# --- the invoices ---------------------------------------------------------------------------------------------------

def totals(amounts, customer, unit, book):
    rounded = [amount.quantize(unit, ROUND_HALF_UP) for amount in amounts]
    contained = added = ZERO
    if customer["tax_status"] == "taxable":
        for rate in (book["tax_rate"][code] for code in customer["tax_rate_ids"]):
            percent = Decimal(rate["percentage"])
            for amount in rounded:
                if rate["inclusive"]:
                    contained += (amount * percent / (100 + percent)).quantize(unit, ROUND_HALF_UP)
                else:
                    added += (amount * percent / 100).quantize(unit, ROUND_HALF_UP)
    subtotal = sum(rounded, ZERO).quantize(unit)
    discount = ZERO.quantize(unit)
    tax = (contained + added).quantize(unit)
    return [subtotal, discount, tax, (subtotal - discount + added).quantize(unit)]


def invoices(subscription, book, events):
    customer, plan = book["customer"][subscription["customer"]], book["plan"][subscription["plan"]]
    schedule, until, zone = periods(subscription, plan["interval"]["unit"])
    unit = Decimal(1).scaleb(-DECIMALS[plan["currency"]])
    for k, period in enumerate(schedule):
        if period[0] > until:
            break
        amounts = []
        for price in plan["prices"]:
            billed = period if price["billing"] == "in_advance" else schedule[k - 1] if k > 0 else None
            if billed is not None:
                amounts += price_lines(price, billed, book, subscription, events, zone, unit)
        if amounts:
            header = schedule[k - 1] if k > 0 else period
            yield [zulu(header[0]), zulu(header[1]), plan["currency"], len(amounts)] + [
                format(total, "f") for total in totals(amounts, customer, unit, book)
            ]


def main():
    book = defaultdict(dict)
    for record in read("catalog.ndjson.gz"):
        key = record.get("external_id") or record.get("code") or record.get("customer") or record["kind"]
        book[record["kind"]][key] = record
    by_customer, seen = defaultdict(list), set()
    for event in read("events.ndjson.gz"):
        if event["id"] not in seen:
            seen.add(event["id"])
            by_customer[event["customer"]].append((instant(event["timestamp"]), event))
    rows = []
    for external_id in sorted(book["subscription"]):
        if book["customer"][external_id]["status"] != "active":
            continue
        found = invoices(book["subscription"][external_id], book, by_customer[external_id])
        rows += [[external_id, sequence, *row] for sequence, row in enumerate(found, start=1)]
    with open(HERE / "expected.csv", "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow("organization sequence period_start period_end currency lines "
                       "subtotal discount_total tax_total total".split())
        table.writerows(rows)
    print(f"expected.csv: {len(rows)} invoices of {len({row[0] for row in rows})} organizations")


if __name__ == "__main__":
    try:
        main()
    except ZoneInfoNotFoundError as missing:
        sys.exit(f"{missing}: install the system's tzdata package, or `pip install tzdata`")
