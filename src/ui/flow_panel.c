#include "flow.h"
#include "sipmon/ui/panel.h"

#define ROWS_BELOW_LEAST  8 /* the rule above it is one of them */
#define TEXT_CELLS_MOST   100
#define NARROWER_STEPS    20
#define CELLS_RIGHT_LEAST 30 /* of a panel that makes room for columns */

/* Rows that the whole ladder takes, `most` if they are as many or more. */
static int ladder_rows(struct flow_screen *f, int most)
{
	int used = f->ladder.left_out > 0 ? 1 : 0;

	for (uint32_t r = 0; r < f->ladder.row_count && used < most; r++)
		used += flow_row_height(f, r);
	return used < most ? used : most;
}

/* The widest panel that leaves room for all columns, 0 if none does. */
static int width_beside_columns(struct flow_screen *f, int columns)
{
	for (int n = 0; n <= NARROWER_STEPS; n++) {
		int width = panel_width(columns, f->panel_steps - n);

		if (n > 0 && width < CELLS_RIGHT_LEAST)
			return 0;
		if (!flow_columns_fit(f, columns - width))
			continue;
		f->panel_narrower = n;
		return width;
	}
	return 0;
}

int flow_panel_right(struct flow_screen *f, int columns, int rows)
{
	int usual = panel_width(columns, f->panel_steps);
	bool below = rows - ladder_rows(f, rows) >= ROWS_BELOW_LEAST;
	int width = usual;

	f->panel_at = FLOW_PANEL_NOWHERE;
	f->panel_room = usual > 0 || below;
	f->panel_narrower = 0;
	if (f->panel == FLOW_PANEL_NONE)
		return 0;
	if (usual > 0 && !f->panel_sized)
		width = width_beside_columns(f, columns);
	if (width == 0 && below) {
		f->panel_at = FLOW_PANEL_BELOW;
		return 0;
	}
	if (width == 0 && f->panel_asked)
		width = usual;
	if (width > 0)
		f->panel_at = FLOW_PANEL_RIGHT;
	return width;
}

int flow_panel_below(struct flow_screen *f, int rows)
{
	if (f->panel_at != FLOW_PANEL_BELOW)
		return 0;
	return rows - ladder_rows(f, rows);
}

void flow_draw_panel_right(struct flow_screen *f, struct canvas *c, int row,
			   int height, int width)
{
	int column = canvas_columns(c) - width;

	for (int i = 0; i < height; i++)
		canvas_fill(c, row + i, column, 1, STYLE_DIM, LINE_VERTICAL);
	flow_fill_panel(f);
	text_pane_draw(f->pane, c, row, column + 2, width - 3, height,
		       f->panel_focus);
	text_pane_draw_more(f->pane, c, row, column, height);
}

void flow_draw_panel_below(struct flow_screen *f, struct canvas *c, int row,
			   int height)
{
	int width = canvas_columns(c) - 2;

	frame_rule(c, row++, 0, canvas_columns(c));
	height--;
	if (width > TEXT_CELLS_MOST)
		width = TEXT_CELLS_MOST;
	flow_fill_panel(f);
	text_pane_draw(f->pane, c, row, 1, width, height, f->panel_focus);
	text_pane_draw_more(f->pane, c, row, width + 1, height);
}

bool flow_panel_has_more(const struct flow_screen *f)
{
	return f->panel_at != FLOW_PANEL_NOWHERE &&
	       (text_pane_more_above(f->pane) || text_pane_more_below(f->pane));
}
