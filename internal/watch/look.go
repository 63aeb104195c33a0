package watch

import (
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"networkmngr/internal/hue"
	"networkmngr/internal/news"
	"networkmngr/internal/printable"
)

// look is the colours and styles for one kind of background.
type look struct {
	hues                           []color.Color // of miners by hue, grey first
	title, faint, good, doubt, bad lipgloss.Style
	chosen                         lipgloss.Style
}

// The colours of miners are those of the page: those of Okabe and Ito, which colour-blind
// people tell apart, and white; on a light background the pale ones are darker.
var (
	dark  = newLook("#999999", "#009E73", "#E69F00", "#D55E00", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#FFFFFF")
	light = newLook("#767676", "#006B4F", "#8A6100", "#B84E00", "#8A6100", "#0072B2", "#00795A", "#6B6500", "#A2417A", "#B84E00", "#2C4A8A")
)

func newLook(grey, good, doubt, bad string, hues ...string) look {
	style := func(hex string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(hex)) }
	l := look{
		hues: []color.Color{lipgloss.Color(grey)}, title: lipgloss.NewStyle().Bold(true), faint: style(grey),
		good: style(good), doubt: style(doubt), bad: style(bad), chosen: lipgloss.NewStyle().Reverse(true),
	}
	for _, hex := range hues {
		l.hues = append(l.hues, lipgloss.Color(hex))
	}
	return l
}

func lookOn(isDark bool) look {
	if isDark {
		return dark
	}
	return light
}

// miner is the style of a node and of its blocks. An empty name is that of no node.
func (l look) miner(name string) lipgloss.Style {
	return lipgloss.NewStyle().Foreground(l.hues[hue.Of(name)])
}

func (l look) line(line news.Line) string {
	text := printable.Text(line.Text)
	switch line.Grade {
	case news.Good:
		return l.good.Render(text)
	case news.Doubt, news.Notice:
		return l.doubt.Render(text)
	case news.Bad:
		return l.bad.Render(text)
	}
	return text
}

// cut is text of at most so many columns, of which the last is … if some is missing.
func cut(text string, columns int) string { return ansi.Truncate(text, max(columns, 0), "…") }

// fit is text of exactly so many columns.
func fit(text string, columns int) string {
	text = cut(text, columns)
	return text + strings.Repeat(" ", max(columns-ansi.StringWidth(text), 0))
}

// fitRight is fit with the text at the right.
func fitRight(text string, columns int) string {
	text = cut(text, columns)
	return strings.Repeat(" ", max(columns-ansi.StringWidth(text), 0)) + text
}

// plain is what others chose, so that a terminal obeys none of it.
func plain(text string) string { return printable.Text(text) }
