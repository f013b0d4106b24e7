#include "cert_list.h"

#include <stdlib.h>
#include <string.h>

#include "cert_pem.h"

void cert_list_free(struct cert_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		cert_link_free(list->links[i]);
	free(list->links);
	*list = (struct cert_list){ .links = NULL };
}

static bool has_same(const struct cert_list *list, const struct cert_link *link)
{
	for (size_t i = 0; i < list->count; i++)
		if (memcmp(list->links[i]->sha256, link->sha256,
			   sizeof(link->sha256)) == 0)
			return true;
	return false;
}

/* Takes the link over in any case. */
static enum err push(struct cert_list *list, struct cert_link *link)
{
	enum err err = ERR_OK;

	if (has_same(list, link)) {
		cert_link_free(link);
		return ERR_OK;
	}
	if (list->count == CERT_LIST_MAX) {
		err = ERR_LIMIT;
	} else if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : list->room * 2;
		struct cert_link **links =
			realloc(list->links, room * sizeof(struct cert_link *));

		if (links != NULL) {
			list->links = links;
			list->room = room;
		} else {
			err = ERR_NOMEM;
		}
	}
	if (err)
		cert_link_free(link);
	else
		list->links[list->count++] = link;
	return err;
}

static enum err add_der(struct cert_list *list, struct slice der,
			struct cert_list_added *added)
{
	struct cert_link *link = NULL;
	enum err err = cert_link_new(&link, der, NULL);

	if (err)
		return err;
	added->found++;
	return push(list, link);
}

static enum err add_pem(struct cert_list *list, struct slice rest,
			struct cert_list_added *added)
{
	struct buf room;
	struct pem_block block;
	enum err err = ERR_OK;

	buf_init(&room, rest.len * 2 + 64);
	while (!err && pem_next(&rest, &room, &block)) {
		if (block.kind == PEM_PRIVATE_KEY)
			added->has_private_key = true;
		if (block.kind != PEM_CERTIFICATE || !block.is_good)
			continue;
		err = add_der(list, block.der, added);
		if (err == ERR_MALFORMED)
			err = ERR_OK;
	}
	buf_free(&room);
	return err;
}

enum err cert_list_add(struct cert_list *list, struct slice content,
		       struct cert_list_added *added)
{
	enum err err;

	*added = (struct cert_list_added){ .first = list->count };
	err = add_der(list, content, added);
	if (err == ERR_MALFORMED)
		err = add_pem(list, content, added);
	return !err && added->found == 0 ? ERR_MALFORMED : err;
}

const struct cert_link *cert_list_find(const struct cert_list *list,
				       const X509 *x509)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->links[i]->x509 == x509)
			return list->links[i];
	for (size_t i = 0; i < list->count; i++)
		if (X509_cmp(list->links[i]->x509, x509) == 0)
			return list->links[i];
	return NULL;
}
