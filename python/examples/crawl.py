"""Lists the referrers of every tagged image of several repositories. Handles 100 images concurrently.

python crawl.py registry.example.com/app registry.example.com/web
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter

from ocigraph import AsyncClient, Error

CONCURRENCY = 100


async def main(repositories: list[str]) -> int:
    """Prints a line for each image and returns the exit code."""
    limit = asyncio.Semaphore(CONCURRENCY)

    async with AsyncClient() as client:

        async def line(image: str) -> str:
            async with limit:
                try:
                    graph = await client.discover(image)
                except Error as error:
                    return f"{image}: {error.code}"
            kinds = Counter(referrer.artifact_type or "unknown" for referrer in graph)
            return f"{image}: " + (", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())) or "nothing")

        images = []
        for repository, tags in zip(
            repositories, await asyncio.gather(*(client.tags(name) for name in repositories)), strict=True
        ):
            images += [f"{repository}:{tag}" for tag in tags]
        for text in await asyncio.gather(*(line(image) for image in images)):
            print(text)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
