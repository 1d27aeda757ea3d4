/* image_folder.h - folders of class folders with picture files in them. */
#ifndef DATA_IMAGE_FOLDER_H
#define DATA_IMAGE_FOLDER_H

#include "base/error.h"

struct ramp_dataset;

/* Fill the data set from its tree: TRAIN/CLASS/... with train/ and perhaps val/
 * (valid/, validation/) and test/, or CLASS/... alone. A picture anywhere
 * below a class folder belongs to that class. The class folders of the training
 * part, sorted by bytes, are the classes; each must have a picture. Another
 * part may lack some of them but have no others. Every picture of a part must
 * lie in a class folder. Nothing is opened here. RAMP_DATA, RAMP_MEMORY. */
MUST_CHECK enum ramp_status image_folder_load(struct ramp_dataset *data,
                                              struct ramp_error *err);

#endif
