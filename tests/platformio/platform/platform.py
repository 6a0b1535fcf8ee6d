# SPDX-License-Identifier: MIT
from platformio.public import PlatformBase


class Ststm32Platform(PlatformBase):
    pass
