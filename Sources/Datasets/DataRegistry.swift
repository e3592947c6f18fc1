public import Catalog

/// Everything that makes or changes a data set. A new one is one file and one line here.
public let dataRegistry = Registry(
  "Data",
  [
    Digits.declaration,
    FashionMNIST.declaration,
    MNIST.declaration,
    CIFAR.ten,
    CIFAR.hundred,
    ImageFolder.declaration,
    ArrayData.declaration,
    DigitScenes.declaration,
    Stamps.declaration,
    SegmentationFolder.declaration,
    VOC.declaration,
    Cityscapes.declaration,
    SplitData.declaration,
    Subset.declaration,
  ])

/// Everything that makes an augmentation.
public let augmentationRegistry = Registry(
  "Augmentation",
  [
    RandomCrop.declaration,
    RandomResizedCrop.declaration,
    RandomScaleCrop.declaration,
    Flip.declaration,
    RandAugment.declaration,
    ColorJitter.declaration,
    Cutout.declaration,
    RandomErasing.declaration,
    Mixup.declaration,
    CutMix.declaration,
    MixupCutMix.declaration,
  ])
