"""How people, and the dialogue model, word an instruction: short imperatives, several for each edit."""

from __future__ import annotations

from collections.abc import Sequence

from engine.nouns import article

EFFECTS: dict[str, tuple[str, ...]] = {
    "night": ("night", "night time", "nighttime", "a night scene", "dark outside", "midnight"),
    "sunset": (
        "sunset",
        "a sunset",
        "evening",
        "dusk",
        "look like sunset",
        "a sunset scene",
        "dawn",
        "sunrise",
    ),
    "golden hour": ("golden hour", "look like golden hour", "warm evening light", "a warm sunny evening"),
    "winter": ("winter", "a winter scene", "wintry", "look like winter", "snowy", "icy", "frosty"),
    "snowfall": ("snow", "snowing", "a snow storm", "snow heavily", "a blizzard"),
    "autumn": ("autumn", "fall", "an autumn scene", "look like autumn", "autumnal"),
    "spring": ("spring", "a spring day", "look like spring", "springtime"),
    "summer": ("summer", "a summer day", "sunny", "look like summer", "a sunny day", "summery"),
    "rain": ("rain", "rainy", "a rainy day", "raining", "look rainy", "wet and rainy"),
    "fog": ("foggy", "misty", "a foggy morning", "look foggy", "hazy", "full of fog"),
    "storm": ("stormy", "a thunderstorm", "look stormy", "a storm", "cloudy", "gloomy"),
}
EFFECT_EXTRA: dict[str, tuple[str, ...]] = {
    "night": (
        "change day to night",
        "turn day into night",
        "change the time to night",
        "change the time of day to night",
    ),
    "sunset": (
        "change the time of day to sunset",
        "add a sunset",
        "set it at sunset",
        "change the sky to sunset",
    ),
    "golden hour": ("add golden light", "give it golden hour light", "add warm sunlight"),
    "winter": (
        "change the season to winter",
        "cover it in snow",
        "cover everything with snow",
        "add ice and snow",
    ),
    "snowfall": ("let it snow", "add snow", "add falling snow", "add snowflakes", "add some snow"),
    "autumn": ("change the season to autumn", "change the season to fall", "give it autumn colours"),
    "spring": ("change the season to spring", "give it spring colours"),
    "summer": (
        "change the season to summer",
        "add sunshine",
        "make the sky blue",
        "make it a bright summer day",
    ),
    "rain": (
        "let it rain",
        "add rain",
        "add some rain",
        "make the weather rainy",
        "change the weather to rain",
    ),
    "fog": ("add fog", "add mist", "add some fog", "make the weather foggy", "fill it with fog"),
    "storm": ("add dark clouds", "add storm clouds", "make the sky stormy", "make the weather bad"),
}
WEATHERED: dict[str, tuple[str, ...]] = {
    "winter": ("snowy winter", "winter", "snowy", "cold winter", "frosty"),
    "autumn": ("autumn", "fall", "golden autumn"),
    "rain": ("rainy", "wet"),
    "fog": ("foggy", "misty"),
}
TIMES: dict[str, tuple[str, ...]] = {
    "night": ("night", "dark night"),
    "sunset": ("evening", "sunset", "dusk"),
}
STYLES: dict[str, tuple[str, ...]] = {
    "pencil sketch": ("a pencil sketch", "a pencil drawing", "a sketch", "a drawing", "pencil"),
    "charcoal drawing": ("a charcoal drawing", "charcoal", "a charcoal sketch"),
    "watercolour": ("a watercolour", "a watercolour painting", "a watercolor", "a watercolor painting"),
    "oil painting": (
        "an oil painting",
        "a painting",
        "an oil painting by van gogh",
        "an impressionist painting",
    ),
    "comic": ("a comic", "a cartoon", "a comic book", "a comic strip", "an anime", "a manga"),
    "neon": ("neon", "neon lights", "a neon sign", "cyberpunk", "neon art"),
    "pop art": ("pop art", "a pop art picture", "a pop art print", "pop art by andy warhol"),
    "poster": ("a poster", "a screen print", "a silkscreen print", "a travel poster"),
    "pixel art": ("pixel art", "an 8-bit game", "a retro video game", "an old computer game"),
    "mosaic": ("a mosaic", "a roman mosaic", "tiles", "a stone mosaic"),
    "pastel drawing": ("a pastel drawing", "pastel", "a chalk drawing", "a pastel"),
}
SCENES: dict[str, tuple[str, ...]] = {
    "beach": ("a beach", "the beach", "a sandy beach", "a tropical beach"),
    "sea": ("the sea", "the ocean", "a sea", "water"),
    "forest": ("a forest", "the forest", "the woods", "trees", "a jungle"),
    "meadow": ("a meadow", "a green field", "grass", "a garden", "a park", "green hills"),
    "mountains": ("mountains", "the mountains", "a mountain landscape", "a mountain"),
    "snow": ("snow", "a snowy landscape", "a winter landscape", "the snow"),
    "desert": ("a desert", "the desert", "sand dunes", "sand"),
    "night sky": ("a night sky", "the night sky", "a starry sky", "stars", "a starry night"),
    "space": ("space", "outer space", "a galaxy", "the universe"),
    "sunset sky": ("a sunset", "a sunset sky", "the sunset", "a red sky"),
    "city": ("a city", "the city", "a skyline", "a big city", "new york", "a street"),
    "city at night": ("a city at night", "the city at night", "a night skyline"),
    "underwater": ("an underwater scene", "underwater", "deep water"),
    "studio": ("a studio", "a photo studio", "a plain wall", "something plain", "a studio backdrop"),
    "room": ("a room", "a living room", "a wall", "an indoor room"),
}
LOOKS: dict[str, tuple[str, ...]] = {
    "old photo": (
        "an old photo",
        "look like an old photo",
        "vintage",
        "look old",
        "a vintage photo",
        "antique",
    ),
    "dramatic": (
        "dramatic",
        "look like a movie",
        "cinematic",
        "look cinematic",
        "more dramatic",
        "like a film",
    ),
    "dreamy": ("dreamy", "look dreamy", "soft and dreamy", "magical", "like a dream"),
    "black and white": ("black and white", "monochrome", "grey", "colourless", "a black and white photo"),
    "film noir": ("film noir", "look like film noir", "a noir film", "a 1940s crime film", "noir"),
    "sepia": ("sepia", "a sepia photo", "sepia toned", "brown and old", "a sepia print"),
    "faded film": ("retro", "look like the 1970s", "faded", "a 1970s photo", "a polaroid", "analogue"),
    "vivid": ("vivid", "more vivid", "look more colourful", "vibrant", "more intense", "punchy"),
    "warm": ("warm", "warmer", "look warmer", "a warmer photo", "cosy"),
    "cool": ("cool", "cooler", "look colder", "colder", "a colder photo"),
}
LOOK_EXTRA: dict[str, tuple[str, ...]] = {
    "old photo": (
        "make it look like a photo from the past",
        "make it look a hundred years old",
        "age the photo",
    ),
    "dramatic": ("give it a cinematic look", "make the light dramatic", "add drama"),
    "dreamy": ("give it a dreamy look", "add a soft glow", "make it glow"),
    "black and white": ("remove the colours", "take out all colour", "remove the color"),
    "film noir": ("give it a film noir look", "give it a noir look"),
    "sepia": ("add a sepia tone", "give it a sepia tone", "apply a sepia filter"),
    "faded film": (
        "give it a retro look",
        "make it look like an old film photo",
        "give it an analogue film look",
    ),
    "vivid": ("give it stronger colours", "make the colours stronger", "make the colors pop"),
    "warm": ("give it warmer colours", "make the colours warmer", "make the light warmer"),
    "cool": ("give it colder colours", "make the colours cooler", "make the light colder"),
}
BACKGROUND_LIGHT: dict[str, tuple[str, ...]] = {
    "night": ("night", "night time", "a night scene", "a dark night"),
    "sunset": ("dusk", "evening", "sunset light"),
    "winter": ("winter", "a winter scene", "a snowy winter"),
    "autumn": ("autumn", "fall", "an autumn scene"),
    "rain": ("rain", "a rainy day", "rainy weather"),
    "fog": ("fog", "mist", "a foggy scene"),
}
ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "grey": ("gray",),
    "turquoise": ("teal", "cyan"),
    "purple": ("violet",),
    "light blue": ("sky blue", "pale blue", "baby blue"),
    "pink": ("light pink",),
    "red": ("bright red", "dark red"),
    "yellow": ("bright yellow",),
    "green": ("bright green",),
}
NOTHING = (
    "leave it as it is",
    "do nothing",
    "don't change anything",
    "keep it as it is",
    "keep everything the same",
    "no change",
    "leave everything unchanged",
)


def effect(name: str) -> list[str]:
    return [*_made(EFFECTS[name]), *EFFECT_EXTRA[name] * 2]


def weather_and_time(weather: str, time: str) -> list[str]:
    """Both of `WEATHERED` and `TIMES` in one wish."""
    both = [f"{kind} {hour}" for kind in WEATHERED[weather] for hour in TIMES[time]]
    said = [f"make it {article(each)}" for each in both] + [
        f"turn it into {article(each)}" for each in both[:4]
    ]
    said += [f"make it look like {article(each)}" for each in both[:4]]
    said += [f"change the scene to {article(both[0])}", f"change it to {article(both[0])}", article(both[0])]
    said += [f"{article(each)} scene" for each in both[:2]]
    hour = "at night" if time == "night" else "in the evening"
    return [*said, f"make it {WEATHERED[weather][0]} {hour}", f"make it {WEATHERED[weather][1]} {hour}"]


def look(name: str) -> list[str]:
    return [*_made(LOOKS[name]), *LOOK_EXTRA[name] * 2]


def _made(words: Sequence[str]) -> list[str]:
    first, nouns = words[0], [w for w in words if w.startswith(("a ", "an "))] or words[:1]
    said = [f"make it {w}" for w in words] + [f"make it look like {w}" for w in nouns[:3]]
    said += [
        f"make {thing} {first}" for thing in ("the picture", "the photo", "the scene", "this", "everything")
    ]
    said += [f"{verb} it {to} {first}" for verb, to in (("turn", "into"), ("change", "to"), ("switch", "to"))]
    said += [f"change {thing} to {first}" for thing in ("this", "the scene", "the photo")]
    said += [f"it should be {first}", f"let it be {first}", f"make it look like it is {first}", first]
    said += [f"make it {w} now" for w in words[:2]] + [f"make it more {first}", f"make it {first} instead"]
    return said


def style(name: str) -> list[str]:
    words = STYLES[name]
    bare = words[0].removeprefix("a ").removeprefix("an ")
    said = [f"make it look like {w}" for w in words] + [f"turn it into {w}" for w in words]
    said += [f"make it {w}" for w in words] + [f"turn the photo into {w}" for w in words[:3]]
    said += [f"{verb} it to {words[0]}" for verb in ("convert", "change", "transform")]
    said += [f"{verb} it as {words[0]}" for verb in ("draw", "paint", "redraw", "repaint", "render", "redo")]
    said += [f"{bare} style", f"in {bare} style", f"do it in {bare}", f"as {words[0]}"]
    said += [
        f"in the style of {words[0]}",
        f"make it in the style of {words[0]}",
        f"change the style to {bare}",
    ]
    said += [
        f"give it {article(bare)} look",
        f"give the picture {article(bare)} style",
        f"apply {article(bare)} filter",
    ]
    return [*said, f"make the picture look like {words[0]}", f"turn this into {words[0]}"]


def background_colour(name: str) -> list[str]:
    return [said for colour in (name, *ALSO_CALLED.get(name, ())) for said in _background_colour(colour)]


def _background_colour(colour: str) -> list[str]:
    said = [
        f"make the {ground} {colour}" for ground in ("background", "backdrop", "wall", "background plain")
    ]
    said += [f"{verb} the background to {colour}" for verb in ("change", "set", "switch", "turn")]
    said += [f"{verb} the background with {colour}" for verb in ("replace", "fill")]
    said += [f"{verb} the background {colour}" for verb in ("turn", "paint", "colour")]
    said += [f"change the background {word} to {colour}" for word in ("colour", "color")]
    said += [f"change the {word} of the background to {colour}" for word in ("colour", "color")]
    said += [f"{verb} {article(colour)} background" for verb in ("give it", "use", "put it on", "add")]
    said += [f"{colour} background", f"change the background to plain {colour}", f"make it {colour} behind"]
    if colour == "white":
        said += [f"{verb} the background" for verb in ("remove", "delete", "erase", "cut out", "clear")] * 2
    return said


def background_scene(name: str) -> list[str]:
    said: list[str] = []
    for w in SCENES[name]:
        said += [
            f"change the background to {w}",
            f"replace the background with {w}",
            f"make the background {w}",
        ]
    first = SCENES[name][0]
    bare = first.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    said += [
        f"put {first} in the background",
        f"add {first} in the background",
        f"set the background to {first}",
    ]
    said += [f"swap the background for {first}", f"switch the background to {first}", f"{bare} background"]
    said += [f"turn the background into {first}", f"use {first} as the background", f"{first} behind it"]
    return [*said, f"change the backdrop to {first}"]


def background_light(name: str) -> list[str]:
    said: list[str] = []
    for w in BACKGROUND_LIGHT[name]:
        said += [f"change the background to {w}", f"make the background {w}", f"turn the background into {w}"]
        said += [f"replace the background with {w}", f"set the background to {w}"]
    bare = BACKGROUND_LIGHT[name][0]
    return [
        *said,
        f"make it {bare} in the background",
        f"{bare} background",
        f"switch the background to {bare}",
    ]
