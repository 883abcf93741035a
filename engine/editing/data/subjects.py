"""A mask of what a photo shows, without a model: saliency by boundary connectivity.

W. Zhu, S. Liang, Y. Wei, J. Sun, "Saliency Optimization from Robust Background Detection", CVPR 2014: a
region that lies along much of the picture's border is background; what differs from such regions is not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from skimage.color import rgb2lab
from skimage.segmentation import slic
from skimage.transform import resize

from engine.editing import local_linear

Array = NDArray[np.float32]

SIDE = 112
SEGMENTS = 180


def subject_mask(pixels: Array) -> tuple[Array, bool]:
    """Mask (H, W) in [0, 1] for a picture (H, W, 3) in [0, 1], and whether it is clear-cut."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    small = resize(pixels, (round(height * scale), round(width * scale)), anti_aliasing=True).astype(
        np.float32
    )
    lab = rgb2lab(small).astype(np.float32)
    regions = slic(lab, SEGMENTS, compactness=12, start_label=0, convert2lab=False)
    saliency = _optimise(lab, regions)[regions]
    saliency = ndimage.gaussian_filter(saliency, 1.0)
    low, high = np.percentile(saliency, [4, 96])
    soft = np.clip((saliency - low) / max(high - low, 1e-6), 0, 1)
    threshold = _otsu(soft)
    mask = 1 / (1 + np.exp(-(soft - threshold) * 14))
    mask = _largest(mask)
    clear = _is_clear(mask, lab)
    refined = local_linear.fit(small, mask[..., None], radius=5, epsilon=1e-3)(small)[..., 0]
    mask = np.clip((refined - 0.5) * 2.2 + 0.5, 0, 1)  # edges follow the picture's own
    return np.clip(resize(mask, (height, width), order=1), 0, 1).astype(np.float32), clear


def _optimise(lab: Array, regions: NDArray[np.int64]) -> Array:
    count = int(regions.max()) + 1
    flat = regions.ravel()
    area = np.bincount(flat, minlength=count).astype(np.float64)
    colour = np.stack([np.bincount(flat, lab[..., c].ravel(), count) / area for c in range(3)], 1)
    rows, columns = np.indices(regions.shape)
    place = np.stack([np.bincount(flat, g.ravel(), count) / area for g in (rows, columns)], 1)
    place /= max(regions.shape)

    border = np.zeros(count)
    edge = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    border[np.unique(edge)] = 1
    pairs = np.concatenate(
        [
            np.stack([regions[:, :-1].ravel(), regions[:, 1:].ravel()], 1),
            np.stack([regions[:-1].ravel(), regions[1:].ravel()], 1),
        ]
    )
    touching = np.unique(edge)
    ring = np.stack(np.meshgrid(touching, touching), -1).reshape(-1, 2)  # border regions are neighbours
    pairs = np.unique(np.sort(np.concatenate([pairs, ring]), 1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    a, b = pairs.T
    apart = np.linalg.norm(colour[a] - colour[b], axis=1)
    graph = coo_matrix((np.maximum(apart - 3.0, 1e-3), (a, b)), (count, count)).tocsr()
    geodesic = dijkstra(graph, directed=False)

    reach = np.exp(-(geodesic**2) / (2 * 10.0**2))
    connectivity = (reach @ border) / np.sqrt(reach.sum(1))
    background = 1 - np.exp(-(connectivity**2) / 2)
    distance = np.linalg.norm(colour[:, None] - colour[None], axis=2)
    near = np.exp(-((place[:, None] - place[None]) ** 2).sum(2) / (2 * 0.4**2))
    contrast = (distance * near * background[None]).sum(1)
    contrast = (contrast - contrast.min()) / max(np.ptp(contrast), 1e-9)
    centre = np.exp(-((place - place.mean(0)) ** 2).sum(1) / (2 * 0.33**2))
    foreground = contrast * centre

    smooth = np.exp(-(apart**2) / (2 * 10.0**2)) + 0.1
    laplace = coo_matrix((smooth, (a, b)), (count, count)).toarray()
    laplace += laplace.T
    system = np.diag(background + foreground + laplace.sum(1)) - laplace
    return np.linalg.solve(system, foreground).astype(np.float32)


def _otsu(values: Array) -> float:
    """The threshold that parts the values best (Otsu 1979), kept away from the ends."""
    counts, edges = np.histogram(values, 64, (0, 1))
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(np.clip(middle[int(np.nan_to_num(between).argmax())], 0.25, 0.7))


def _largest(mask: Array) -> Array:
    """Keep the pieces of at least a quarter of the largest one, and fill holes."""
    hard = ndimage.binary_fill_holes(mask > 0.5)
    pieces, count = ndimage.label(hard)
    if count == 0:
        return mask
    sizes = np.bincount(pieces.ravel())[1:]
    keep = np.isin(pieces, 1 + np.flatnonzero(sizes >= sizes.max() * 0.25))
    solid = ndimage.gaussian_filter(keep.astype(np.float32), 0.8)
    return np.clip(solid, 0, 1)


def _is_clear(mask: Array, lab: Array) -> bool:
    inside = mask > 0.5
    share = inside.mean()
    if not 0.08 < share < 0.72:
        return False
    edge = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]]).mean()
    gradient = ndimage.gaussian_gradient_magnitude(lab, 1.0, axes=(0, 1)).sum(2)
    rim = inside ^ ndimage.binary_erosion(inside)
    strength = gradient[rim].mean() / max(float(gradient.mean()), 1e-6)
    return bool(edge < 0.22 and strength > 1.35)
