"""The terminal that tests and pictures look at: pyte with what xterm can do and pyte cannot. Without it a repeated blank (REP, which ncurses
writes where the terminal's description has it) leaves old words standing on the picture."""
import itertools

import pyte


class Screen(pyte.Screen):
    """Faint text is kept as italics, which the console never uses: pyte forgets it."""
    last = " "

    def draw(self, data):
        super().draw(data)
        self.last = data[-1:] or self.last

    def repeat(self, count=1, **_):
        self.draw(self.last * max(count, 1))

    def scroll(self, count, row, step):
        x, y = self.cursor.x, self.cursor.y
        top, bottom = self.margins or (0, self.lines - 1)
        self.cursor.y = bottom if row else top
        for _ in range(min(max(count, 1), self.lines)):
            step()
        self.cursor.x, self.cursor.y = x, y

    def scroll_up(self, count=1, **_):
        self.scroll(count, True, self.index)

    def scroll_down(self, count=1, **_):
        self.scroll(count, False, self.reverse_index)

    def select_graphic_rendition(self, *attrs, **kw):
        super().select_graphic_rendition(*[3 if a == 2 else a for a in attrs], **kw)


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = frozenset(itertools.chain(pyte.ByteStream.events, ["repeat", "scroll_up", "scroll_down"]))
