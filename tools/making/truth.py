"""What is true about a made case: counted from what the exhibits hold, never written beside it."""
import collections
import itertools


def clusters_of(labels, pairs):
    parent = {label: label for label in labels}

    def root(x):
        while parent[x] != x:
            x = parent[x]
        return x
    for a, b in pairs:
        parent[root(a)] = root(b)
    groups = collections.defaultdict(list)
    for label in labels:
        groups[root(label)].append(label)
    return sorted(sorted(g) for g in groups.values() if len(g) > 1)


def of(world):
    holders = collections.defaultdict(lambda: collections.defaultdict(list))  # (kind, value) -> exhibit -> places
    for exhibit in world.exhibits:
        for place in exhibit.places:
            holders[place.kind, place.value][exhibit.label].append(place)
    reasons = collections.defaultdict(set)  # pair -> independent reasons
    for (kind, value), held in holders.items():
        for a, b in itertools.combinations(sorted(held), 2):
            common = {p.reason for p in held[a]} & {p.reason for p in held[b]}
            named = common & set(world.reasons)
            reasons[a, b] |= named or {f"{kind} {value}"}
    items = []
    for (kind, value), held in holders.items():
        if len(held) < 2:
            continue
        for reason in sorted({p.reason for ps in held.values() for p in ps} & set(world.reasons)):
            places = [(label, p) for label, ps in sorted(held.items()) for p in ps if p.reason == reason and p.file]
            if len({label for label, _ in places}) < 2:
                continue
            layers = [p.layer for _, p in places if p.layer != "plain"]
            items.append({"reason": reason, "link": world.reasons[reason][0], "kind": kind, "value": value,
                          "layer": layers[0] if layers else "plain",
                          "places": [{"exhibit": label, "file": p.file, "layer": p.layer, "offset": p.offset, "from": p.start, "to": p.end,
                                      **({"begins": p.needle.decode()} if kind == "document_text" and not p.inside else {})}
                                     for label, p in places]})
    owner = {e.label: e.owner for e in world.exhibits}
    pairs = []
    for (a, b), why in sorted(reasons.items()):
        if a == world.clone_of.get(b) or b == world.clone_of.get(a):
            continue  # a clone and its original are no link but one medium twice
        links = {world.reasons[r][0] for r in why if r in world.reasons}
        unnamed = any(r not in world.reasons for r in why)
        if owner[a] is owner[b]:
            links.add("same owner")
        elif unnamed:
            links.add("owner known there")
        planted = max((world.reasons[r][1] for r in why if r in world.reasons), default=0)
        pairs.append({"a": a, "b": b, "strength": len(why), "planted": planted, "links": sorted(links)})
    true = {(p["a"], p["b"]) for p in pairs}
    labels = [e.label for e in world.exhibits]
    return {
        "version": 1, "seed": world.seed, "world": "scenario",
        "exhibits": [{"label": e.label, "image": f"images/{e.label}.img", "profile": e.profile, "file_system": e.file_system,
                      "size": e.size, "amount": round(e.amount, 3), "clone_of": world.clone_of.get(e.label, ""),
                      "owner": "" if e.label in world.clone_of else e.owner.primary} for e in world.exhibits],
        "owners": [{"name": o.name, "primary": o.primary, "phone": o.phone[0], "exhibits": [e.label for e in o.exhibits]}
                   for o in world.owners],
        "groups": [sorted(e.label for o in group for e in o.exhibits) for group in world.groups],
        "pairs": pairs, "items": items,
        "decoys": [{"class": name, "pairs": sorted(p for p in entry["pairs"] if p not in true), "values": sorted(entry["values"])}
                   for name, entry in sorted(world.decoys.items())],
        "clusters": clusters_of(labels, true),
        "noise": {"sha256": sorted(set().union(*(e.noise for e in world.exhibits))), "values": sorted(world.noise_values)},
    }
