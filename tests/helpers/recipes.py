"""Recipes with other settings, those of their networks too: `changed(ring, batch=8, d_hidden=(6,), g_norm="batch")`."""

from dataclasses import fields, replace

OF_D, OF_G, OF_BOTH = ("minibatch", "pack", "features"), ("categories",), ("width", "init")


def changed(recipe, **settings):
    """The recipe with other settings. "d_hidden" is `hidden` of D's network, "g_hidden" that of G's, and so on; a name
    that only one of the two can have stands without its prefix, and one that both are to have as well."""
    known, parts = {known.name for known in fields(recipe)}, {"d": {}, "g": {}}
    for name in [name for name in settings if name not in known]:
        who, _, inside = name.partition("_")
        value = settings.pop(name)
        if name in (*OF_D, *OF_BOTH):
            parts["d"][name] = value
        if name in (*OF_G, *OF_BOTH):
            parts["g"][name] = value
        if name not in (*OF_D, *OF_G, *OF_BOTH):
            parts[who][inside] = value
    for who, field in (("d", "discriminator"), ("g", "generator")):
        if parts[who]:
            settings[field] = replace(settings.get(field, getattr(recipe, field)), **parts[who])
    return replace(recipe, **settings)
